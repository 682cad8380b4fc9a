/* The network behind one small face; emg_network_tflm.cpp runs it with TensorFlow Lite Micro. */
#ifndef EMG_NETWORK_H
#define EMG_NETWORK_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Prepare it, once. Returns NULL, or why it cannot run. */
const char *emg_network_init(void);

/* Run it on a window of EMG_CONTEXT * EMG_FEATURES numbers; returns EMG_CLASSES logits, or NULL where it failed. */
const int8_t *emg_network_run(const int8_t *window);

#ifdef __cplusplus
}
#endif
#endif
