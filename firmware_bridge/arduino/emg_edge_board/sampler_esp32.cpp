/* ESP32: a periodic timer of the system calls back a thousand times a second, from a task above the sketch's. */
#include "settings.h"
#if defined(ARDUINO_ARCH_ESP32)
#include <esp_timer.h>

#include "emg_blocks.h"

extern emg_blocks blocks;

static const uint8_t pins[CHANNELS] = PINS;
static esp_timer_handle_t timer;

static void sample(void *) {
    int16_t row[CHANNELS];
    for (uint8_t channel = 0; channel < CHANNELS; channel++) {
        row[channel] = (int16_t)analogRead(pins[channel]);
    }
    emg_blocks_push(&blocks, row);
}

void sampler_begin() {
    analogReadResolution(COUNT_BITS);
    esp_timer_create_args_t arguments = {};
    arguments.callback = sample;
    arguments.name = "emg";
    esp_timer_create(&arguments, &timer);
}

void sampler_start() { esp_timer_start_periodic(timer, 1000000 / RATE_HZ); }

void sampler_stop() {
    esp_timer_stop(timer); /* an error when it did not run, which is as well */
    delay(2);              /* the sample that was begun */
}

void sampler_poll() {}
#endif
