#include "emg_decoder.h"

#include <math.h>
#include <string.h>

#include "emg_network.h"

#define MOST_COUNTS 8388608.0f /* of 24 bits */
#define MOST_LOST 4.0e9f /* of 32 bits, by a clock that may run for weeks between two samples */

static void begin_anew(emg_decoder *decoder) {
    emg_front_end_reset(&decoder->front);
    decoder->tail_next = decoder->tail_held = 0;
}

void emg_decoder_init(emg_decoder *decoder, emg_sink sink) {
    memset(decoder, 0, sizeof *decoder);
    decoder->sink = sink;
    begin_anew(decoder);
}

const char *emg_decoder_greet(emg_decoder *decoder, const emg_hello *hello) {
    const float before = decoder->gain;
    decoder->gain = 0.0f;
    if (hello->channels != EMG_SOURCE_CHANNELS) {
        return "the board has another number of channels than EMG_SOURCE_CHANNELS";
    }
    const float rate = (float)hello->rate_millihertz / (float)EMG_SOURCE_RATE_MILLIHERTZ;
    if (!(fabsf(rate - 1.0f) <= EMG_RATE_TOLERANCE)) {
        return "the board has another rate than EMG_SOURCE_RATE_MILLIHERTZ; export the model for it";
    }
    if (!hello->microvolts) {
        return "the board does not know what a count is worth in microvolts";
    }
    const float gain = hello->per_count * EMG_UNITS_PER_UV;
    if (!isfinite(gain * MOST_COUNTS * MOST_COUNTS)) {
        return "the board says that a count is worth more than an amplifier can give";
    }
    if (!(gain > 0.0f)) {
        return "the board says that a count is worth nothing that a float can hold";
    }
    if (!hello->streaming || gain != before) { /* it has just started, perhaps again, or is another one */
        decoder->counting = 0;
    }
    decoder->gain = gain;
    return NULL;
}

static void say(emg_decoder *decoder, uint32_t now_ms, emg_state state, int movement, float probability) {
    const emg_decision decision = {now_ms, decoder->sequence++, decoder->lost, state, movement, probability};
    decoder->lost = 0;
    decoder->sink(&decision);
}

static void decide(emg_decoder *decoder, uint32_t now_ms) {
    int8_t window[EMG_CONTEXT * EMG_FEATURES];
    emg_front_end_window(&decoder->front, window);
    const int8_t *logits = emg_network_run(window);
    if (logits == NULL) {
        say(decoder, now_ms, EMG_UNKNOWN, -1, 0.0f);
        return;
    }
    int best = 0;
    for (int k = 1; k < EMG_CLASSES; k++) {
        best = logits[k] > logits[best] ? k : best;
    }
    float total = 0.0f; /* softmax here: steps of 1/256 would be too coarse to refuse by */
    for (int k = 0; k < EMG_CLASSES; k++) {
        total += expf(EMG_LOGITS_SCALE * (float)(logits[k] - logits[best]));
    }
    const float probability = 1.0f / total;
    if (probability < EMG_MIN_PROBABILITY) {
        say(decoder, now_ms, EMG_UNKNOWN, -1, probability);
    } else {
        say(decoder, now_ms, emg_numbers[best] == 0 ? EMG_REST : EMG_ACTIVE, best, probability);
    }
}

static void push(emg_decoder *decoder, const float *sample, uint32_t now_ms) {
    memcpy(decoder->tail[decoder->tail_next], sample, sizeof decoder->tail[0]);
    decoder->tail_next = (uint16_t)((decoder->tail_next + 1u) % EMG_BRIDGE);
    decoder->tail_held = (uint16_t)(decoder->tail_held + (decoder->tail_held < EMG_BRIDGE));
    if (emg_front_end_push(&decoder->front, sample)) {
        decide(decoder, now_ms);
    }
}

/* Samples are missing: repeat as many from before the gap, so that the amplitude stays, or begin anew. */
static void bridge(emg_decoder *decoder, uint32_t lost, uint32_t now_ms) {
    decoder->lost += lost;
    if (lost > decoder->tail_held) {
        begin_anew(decoder);
        say(decoder, now_ms, EMG_UNKNOWN, -1, 0.0f);
        return;
    }
    const unsigned first = decoder->tail_next + 2u * EMG_BRIDGE - lost;
    for (uint32_t k = 0; k < lost; k++) { /* each push moves the ring by one, and overwrites the oldest alone */
        float sample[EMG_SOURCE_CHANNELS];
        memcpy(sample, decoder->tail[(first + k) % EMG_BRIDGE], sizeof sample);
        push(decoder, sample, now_ms);
    }
}

/* The board counts anew, or was silent for long: the clock tells what is missing, and what was before is void. */
static void start_again(emg_decoder *decoder, unsigned samples, uint32_t now_ms) {
    const float made = (float)(now_ms - decoder->heard_ms) * (float)EMG_SOURCE_RATE_MILLIHERTZ * 1e-6f;
    const float lost = fminf(made - (float)samples, MOST_LOST);
    if (lost > 0.0f) {
        decoder->lost += (uint32_t)lost;
    }
    begin_anew(decoder);
    say(decoder, now_ms, EMG_UNKNOWN, -1, 0.0f);
}

const char *emg_decoder_take(emg_decoder *decoder, const emg_data *data, uint32_t now_ms) {
    if (decoder->gain == 0.0f) {
        return NULL;
    }
    if (data->channels != EMG_SOURCE_CHANNELS) {
        return "a data frame has another number of channels than the hello said";
    }
    const uint16_t step = (uint16_t)(data->number - decoder->number), late = (uint16_t)(0u - step);
    unsigned first = 0;
    if (decoder->heard && (!decoder->counting || now_ms - decoder->heard_ms >= EMG_STALL_MS)) {
        start_again(decoder, data->samples, now_ms);
    } else if (decoder->counting && step > UINT16_MAX / 2) { /* not newer than the newest */
        first = late < data->samples ? late : data->samples;
        decoder->not_newer += first;
        if (decoder->not_newer > EMG_RESTART_SAMPLES) {
            start_again(decoder, data->samples, now_ms);
            first = 0;
        } else if (first == data->samples) {
            return NULL;
        }
    } else if (decoder->counting && step) {
        bridge(decoder, step, now_ms);
    }
    decoder->number = (uint16_t)(data->number + data->samples);
    decoder->counting = 1;
    decoder->not_newer = 0;
    for (unsigned i = first; i < data->samples; i++) {
        float sample[EMG_SOURCE_CHANNELS];
        for (unsigned k = 0; k < EMG_SOURCE_CHANNELS; k++) {
            sample[k] = (float)emg_count(data, i, k) * decoder->gain;
        }
        push(decoder, sample, now_ms);
    }
    decoder->heard = 1;
    decoder->heard_ms = now_ms;
    decoder->stale_ms = EMG_STALE_AFTER_MS;
    return NULL;
}

void emg_decoder_tick(emg_decoder *decoder, uint32_t now_ms) {
    if (decoder->heard && now_ms - decoder->heard_ms >= decoder->stale_ms) {
        say(decoder, now_ms, EMG_STALE, -1, 0.0f);
        decoder->stale_ms += EMG_STALE_AGAIN_MS;
    }
}
