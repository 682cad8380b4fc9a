#include "emg_front_end.h"

#include <math.h>
#include <string.h>

void emg_front_end_reset(emg_front_end *front) {
    memset(front, 0, sizeof *front);
    front->due = EMG_CONTEXT;
}

/* One second-order section of all columns: y = b0 x + b1 x1 + b2 x2 - a1 y1 - a2 y2. */
static void section(float state[4][EMG_FEATURES], const emg_section *own, unsigned apart, unsigned columns, int begun,
                    float *x) {
    for (unsigned k = 0; k < columns; k++) {
        const emg_section *s = own + k / EMG_CHANNELS * apart;
        if (!begun) {
            state[0][k] = state[1][k] = x[k];
            state[2][k] = state[3][k] = x[k] * (s->b0 + s->b1 + s->b2) / (1.0f + s->a1 + s->a2);
        }
        const float y = s->b0 * x[k] + s->b1 * state[0][k] + s->b2 * state[1][k] - s->a1 * state[2][k] -
                        s->a2 * state[3][k];
        state[1][k] = state[0][k];
        state[0][k] = x[k];
        state[3][k] = state[2][k];
        state[2][k] = x[k] = y;
    }
}

/* Mean, or root mean square, of the last slots * step samples, every `step`; tells whether x holds a new one. */
static int slide(emg_slide *at, float *sum, float *steps, unsigned slots, unsigned step, unsigned columns, int square,
                 float *x) {
    for (unsigned k = 0; k < columns; k++) {
        const float value = square ? x[k] * x[k] : x[k];
        sum[k] = at->in_step ? sum[k] + value : value;
    }
    if (++at->in_step < step) {
        return 0;
    }
    at->in_step = 0;
    memcpy(steps + at->oldest * columns, sum, columns * sizeof *sum);
    at->oldest = (uint16_t)((at->oldest + 1u) % slots);
    if (at->steps < slots && ++at->steps < slots) {
        return 0;
    }
    for (unsigned k = 0; k < columns; k++) {
        float total = 0.0f;
        for (unsigned slot = 0; slot < slots; slot++) { /* the oldest first, as everywhere */
            total += steps[(at->oldest + slot) % slots * columns + k];
        }
        total /= (float)(slots * step);
        x[k] = square ? sqrtf(total) : total;
    }
    return 1;
}

static int8_t quantised(float standard) {
    const float limited = fminf(fmaxf(standard, -EMG_CLIP), EMG_CLIP);
    const float integer = rintf(limited / EMG_INPUT_SCALE) + (float)EMG_INPUT_ZERO;
    return (int8_t)fminf(fmaxf(integer, -128.0f), 127.0f);
}

/* A frame is complete: standardise it, quantise it, put it into the context; tells whether a window is complete. */
static int stack(emg_front_end *front, const float *frame) {
    for (unsigned k = 0; k < EMG_FEATURES; k++) {
        const float value = EMG_LOGARITHM ? logf(frame[k] + EMG_FLOOR) : frame[k];
        front->context[front->context_next][k] = quantised((value - emg_mean[k]) / emg_sd[k]);
    }
    front->context_next = (uint16_t)((front->context_next + 1u) % EMG_CONTEXT);
    if (--front->due) {
        return 0;
    }
    front->due = EMG_HOP;
    return 1;
}

/* One sample at the model's rate, or at a multiple of it where an envelope is still to be made. */
static int filtered(emg_front_end *front, float *x) {
    const int begun = front->begun;
    front->begun = 1;
#if EMG_SECTIONS
    for (unsigned s = 0; s < EMG_SECTIONS; s++) {
        section(front->state[s], emg_sections + s, 0, EMG_CHANNELS, begun, x);
    }
#endif
    if (EMG_SMOOTH_LENGTH > 1 && !slide(&front->smooth, front->smooth_sum, front->smooth_steps[0], EMG_SMOOTH_SLOTS,
                                        EMG_SMOOTH_STEP, EMG_CHANNELS, 1, x)) {
        return 0;
    }
#if EMG_BAND_SECTIONS
    for (unsigned k = EMG_CHANNELS; k < EMG_FEATURES; k++) {
        x[k] = x[k % EMG_CHANNELS]; /* a copy for each band */
    }
    for (unsigned s = 0; s < EMG_BAND_SECTIONS; s++) {
        section(front->state[EMG_SECTIONS + s], emg_band_sections + s, EMG_BAND_SECTIONS, EMG_FEATURES, begun, x);
    }
#endif
    return slide(&front->frame, front->frame_sum, front->frame_steps[0], EMG_FRAME_SLOTS, EMG_FRAME_STEP, EMG_FEATURES,
                 EMG_FRAME_SQUARE, x) &&
           stack(front, x);
}

/* The output that lies `phase` of EMG_RESAMPLE_UP after the newest input. */
static void resampled(const emg_front_end *front, unsigned phase, float *y) {
    for (unsigned k = 0; k < EMG_CHANNELS; k++) {
        float total = 0.0f;
        for (unsigned i = 0; i < EMG_RESAMPLE_SPAN; i++) {
            total += emg_taps[phase][i] * front->past[(front->past_next + i) % EMG_RESAMPLE_SPAN][k];
        }
        y[k] = total;
    }
}

int emg_front_end_push(emg_front_end *front, const float *sample) {
    const unsigned copies = front->begun ? 1 : EMG_RESAMPLE_SPAN;
    for (unsigned i = 0; i < copies; i++) {
        for (unsigned k = 0; k < EMG_CHANNELS; k++) {
            front->past[front->past_next][k] = sample[emg_columns[k]];
        }
        front->past_next = (uint16_t)((front->past_next + 1u) % EMG_RESAMPLE_SPAN);
    }
    int complete = 0;
    for (; front->output_at < EMG_RESAMPLE_UP; front->output_at += EMG_RESAMPLE_DOWN) {
        float x[EMG_FEATURES];
        resampled(front, (unsigned)front->output_at, x);
        complete |= filtered(front, x);
    }
    front->output_at -= EMG_RESAMPLE_UP;
    return complete;
}

void emg_front_end_window(const emg_front_end *front, int8_t *out) {
    const unsigned older = EMG_CONTEXT - front->context_next;
    memcpy(out, front->context[front->context_next], older * EMG_FEATURES);
    memcpy(out + older * EMG_FEATURES, front->context[0], (EMG_CONTEXT - older) * EMG_FEATURES);
}
