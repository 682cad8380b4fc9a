/* Two blocks of samples: an interrupt fills one while the main loop sends the other.
 *
 * A block that is full while the other was not taken yet is filled anew: its samples are lost, and as samples go on
 * being counted, the host sees from the numbers how many.
 */
#ifndef EMG_BLOCKS_H
#define EMG_BLOCKS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    int16_t *counts; /* 2 * samples * channels */
    uint8_t samples, channels;
    uint8_t filling;        /* which block */
    uint8_t filled;         /* samples in it */
    uint16_t number;        /* of the next sample */
    uint16_t ready_number;  /* of the first sample of the block that waits */
    volatile uint8_t ready; /* whether it waits; the interrupt sets it, the main loop clears it */
} emg_blocks;

/* `counts` has room for 2 * samples * channels. Call it while nothing pushes. */
void emg_blocks_begin(emg_blocks *blocks, int16_t *counts, uint8_t samples, uint8_t channels);

/* Add one sample of all channels; from the interrupt. */
void emg_blocks_push(emg_blocks *blocks, const int16_t *row);

/* The block that waits and the number of its first sample, or NULL; from the main loop, which then releases it. */
const int16_t *emg_blocks_take(const emg_blocks *blocks, uint16_t *number);
void emg_blocks_release(emg_blocks *blocks);

#ifdef __cplusplus
}
#endif
#endif
