/* Classic AVR (Uno, Nano, Mega, Leonardo): timer 1 starts a sample, the converter's interrupt goes from channel to
 * channel, so that the processor waits for nothing and the serial line's interrupts come through. */
#include "settings.h"
#if defined(ARDUINO_ARCH_AVR)
#include "emg_blocks.h"

extern emg_blocks blocks;

static const uint8_t pins[CHANNELS] = PINS;
static uint8_t muxes[CHANNELS];
static int16_t row[CHANNELS];
static volatile uint8_t channel = CHANNELS; /* being converted; CHANNELS between samples */

static void convert(uint8_t mux) {
    ADMUX = _BV(REFS0) | (mux & 0x07); /* the supply is the reference */
#if defined(MUX5)
    ADCSRB = mux & 0x08 ? _BV(MUX5) : 0;
#endif
    ADCSRA |= _BV(ADSC);
}

ISR(TIMER1_COMPA_vect) {
    channel = 0;
    convert(muxes[0]);
}

ISR(ADC_vect) {
    row[channel] = ADC;
    if (++channel < CHANNELS) {
        convert(muxes[channel]);
    } else {
        emg_blocks_push(&blocks, row);
    }
}

void sampler_begin() {
    for (uint8_t index = 0; index < CHANNELS; index++) {
#if defined(analogPinToChannel)
        muxes[index] = analogPinToChannel(pins[index] - A0);
#else
        muxes[index] = pins[index] - A0;
#endif
    }
    /* 250 kHz, so that 8 channels take 0.45 ms: 10 bits are promised up to 200 kHz, a little noise is the price. */
    ADCSRA = _BV(ADEN) | _BV(ADIE) | _BV(ADPS2) | _BV(ADPS1);
    TCCR1A = 0;
    TCCR1B = _BV(WGM12) | _BV(CS11); /* count to OCR1A at an eighth of the clock */
    OCR1A = F_CPU / 8 / RATE_HZ - 1;
    static_assert(F_CPU / 8 / RATE_HZ <= 65536UL, "timer 1 has 16 bits: choose a higher rate");
    static_assert(F_CPU % (8UL * RATE_HZ) == 0, "the timer cannot make this rate exactly");
    static_assert(F_CPU / 64 / 16 / CHANNELS >= RATE_HZ, "a conversion takes 13 steps and its interrupt some time");
}

void sampler_start() {
    TCNT1 = 0;
    TIFR1 = _BV(OCF1A);
    TIMSK1 = _BV(OCIE1A);
}

void sampler_stop() {
    TIMSK1 = 0;
    while (channel < CHANNELS) { /* a sample that was begun */
    }
}

void sampler_poll() {}
#endif
