/* What you may want to change, and what the sketch needs to know of the processor. */
#ifndef SETTINGS_H
#define SETTINGS_H

#include <Arduino.h>

#define BOARD_NAME "emg-edge board"
#define RATE_HZ 1000
#define SAMPLES_PER_FRAME 8 /* 8 ms; fewer are sooner there and cost more bytes */
/* 8 channels at 1 kHz are 17.5 kB/s: 115200 baud carry 11.5, 500000 carry 50. On a USB port of the processor's own
 * (Leonardo, SAMD, many ESP32) the number means nothing. */
#define BAUD 500000
#define TEXT_AT_POWER_ON 0 /* 1: print lines of numbers from power-on, as most sketches do, in place of frames */
/* How much your amplifier amplifies, so that the host can say microvolts: for example 201 for the raw output of a
 * MyoWare 1, 1 if an electrode is wired to the pin. 0: not known, the host gets counts. */
#define AMPLIFIER_GAIN 0

#if defined(ARDUINO_ARCH_ESP32)
#define CHANNELS 6
#define PINS {36, 39, 34, 35, 32, 33} /* of the first converter: the second does not work beside WiFi */
#define COUNT_BITS 12
#define FULL_SCALE_UV 3300000.0
#elif defined(ARDUINO_ARCH_SAMD)
#define CHANNELS 6
#define PINS {A0, A1, A2, A3, A4, A5}
#define COUNT_BITS 12
#define FULL_SCALE_UV 3300000.0
#elif defined(NUM_ANALOG_INPUTS) && NUM_ANALOG_INPUTS >= 8 /* Mega, Nano, Leonardo (A6 and on are digital pins there) */
#define CHANNELS 8
#define PINS {A0, A1, A2, A3, A4, A5, A6, A7}
#define COUNT_BITS 10
#define FULL_SCALE_UV 5000000.0
#else
#define CHANNELS 6
#define PINS {A0, A1, A2, A3, A4, A5}
#define COUNT_BITS 10
#define FULL_SCALE_UV 5000000.0
#endif

/* Take a sample of all channels RATE_HZ times a second, and hand each to emg_blocks_push(&blocks, row). One of
 * sampler_*.cpp has these, by processor. */
void sampler_begin();
void sampler_start();
void sampler_stop();
/* Called as often as the main loop turns; only a board without a timer of its own does something. */
void sampler_poll();

#endif
