/* Any other board: the main loop looks at the clock. A sample that comes late is taken late; none is left out. */
#include "settings.h"
#if !defined(ARDUINO_ARCH_AVR) && !defined(ARDUINO_ARCH_ESP32) && !defined(__SAMD21__)
#include "emg_blocks.h"

extern emg_blocks blocks;

static const uint8_t pins[CHANNELS] = PINS;
static const uint32_t step_us = 1000000UL / RATE_HZ;
static uint32_t due_us;
static bool running;

void sampler_begin() {}

void sampler_start() {
    due_us = micros() + step_us;
    running = true;
}

void sampler_stop() { running = false; }

void sampler_poll() {
    if (!running || (int32_t)(micros() - due_us) < 0) {
        return;
    }
    due_us += step_us;
    int16_t row[CHANNELS];
    for (uint8_t channel = 0; channel < CHANNELS; channel++) {
        row[channel] = (int16_t)analogRead(pins[channel]);
    }
    emg_blocks_push(&blocks, row);
}
#endif
