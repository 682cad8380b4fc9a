#include "emg_blocks.h"

#include <stddef.h>
#include <string.h>

/* What was written before is there before `ready` changes: the ESP32 has two cores, and compilers reorder. */
#define SETTLE() __sync_synchronize()

static int16_t *block(const emg_blocks *blocks, uint8_t which) {
    return blocks->counts + (which ? (uint16_t)(blocks->samples * blocks->channels) : 0u);
}

void emg_blocks_begin(emg_blocks *blocks, int16_t *counts, uint8_t samples, uint8_t channels) {
    blocks->counts = counts;
    blocks->samples = samples;
    blocks->channels = channels;
    blocks->filling = blocks->filled = blocks->ready = 0;
    blocks->number = blocks->ready_number = 0;
}

void emg_blocks_push(emg_blocks *blocks, const int16_t *row) {
    const uint16_t at = (uint16_t)(blocks->filled * blocks->channels);
    memcpy(block(blocks, blocks->filling) + at, row, blocks->channels * sizeof *row);
    blocks->number++;
    if (++blocks->filled < blocks->samples) {
        return;
    }
    blocks->filled = 0;
    if (!blocks->ready) {
        blocks->ready_number = (uint16_t)(blocks->number - blocks->samples);
        blocks->filling ^= 1u;
        SETTLE();
        blocks->ready = 1;
    }
}

const int16_t *emg_blocks_take(const emg_blocks *blocks, uint16_t *number) {
    if (!blocks->ready) {
        return NULL;
    }
    SETTLE();
    *number = blocks->ready_number;
    return block(blocks, blocks->filling ^ 1u);
}

void emg_blocks_release(emg_blocks *blocks) {
    SETTLE();
    blocks->ready = 0;
}
