/* Samples in, the network's int8 input out: the same numbers as emg_edge.signal.frontend, in single precision.
 *
 * Causal; what it remembers lies in one struct, there is no malloc. All constants come from emg_model.h.
 */
#ifndef EMG_FRONT_END_H
#define EMG_FRONT_END_H

#include <stdint.h>

#include "emg_model.h"

#ifdef __cplusplus
extern "C" {
#endif

#define EMG_SMOOTH_SLOTS (EMG_SMOOTH_LENGTH / EMG_SMOOTH_STEP)
#define EMG_FRAME_SLOTS (EMG_FRAME_LENGTH / EMG_FRAME_STEP)

/* Amplitude of the last steps: sums of a step each, the oldest replaced by the newest. */
typedef struct {
    uint16_t in_step; /* samples in the sum that is being made */
    uint16_t steps;   /* complete sums so far, at most as many as there are slots */
    uint16_t oldest;
} emg_slide;

typedef struct {
    float past[EMG_RESAMPLE_SPAN][EMG_CHANNELS]; /* a ring */
    uint16_t past_next;
    int32_t output_at; /* place of the next output, counted from the newest input in 1 / EMG_RESAMPLE_UP of one */

    /* Of each section the last two inputs and outputs. */
    float state[EMG_SECTIONS + EMG_BAND_SECTIONS + 1][4][EMG_FEATURES]; /* the last is not used: no array is empty */

    emg_slide smooth, frame;
    float smooth_sum[EMG_CHANNELS], smooth_steps[EMG_SMOOTH_SLOTS][EMG_CHANNELS];
    float frame_sum[EMG_FEATURES], frame_steps[EMG_FRAME_SLOTS][EMG_FEATURES];

    int8_t context[EMG_CONTEXT][EMG_FEATURES]; /* a ring */
    uint16_t context_next;
    uint16_t due; /* frames until the next window is complete */
    uint8_t begun;
} emg_front_end;

/* Begin anew: the past before the next sample is taken to be that sample for ever. */
void emg_front_end_reset(emg_front_end *front);

/* Take one sample, EMG_SOURCE_CHANNELS numbers in EMG_UNIT; tells whether a window is complete now. */
int emg_front_end_push(emg_front_end *front, const float *sample);

/* Copy the window, (EMG_CONTEXT, EMG_FEATURES), the newest frame last. */
void emg_front_end_window(const emg_front_end *front, int8_t *out);

#ifdef __cplusplus
}
#endif
#endif
