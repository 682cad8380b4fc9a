/* SAMD21 (Zero, MKR, many Feathers): timer TC3 interrupts a thousand times a second. */
#include "settings.h"
#if defined(ARDUINO_ARCH_SAMD) && defined(__SAMD21__)
#include "emg_blocks.h"

extern emg_blocks blocks;

static const uint8_t pins[CHANNELS] = PINS;

static void settle() {
    while (TC3->COUNT16.STATUS.bit.SYNCBUSY) {
    }
}

void TC3_Handler() {
    int16_t row[CHANNELS];
    TC3->COUNT16.INTFLAG.reg = TC_INTFLAG_MC0;
    for (uint8_t channel = 0; channel < CHANNELS; channel++) {
        row[channel] = (int16_t)analogRead(pins[channel]);
    }
    emg_blocks_push(&blocks, row);
}

void sampler_begin() {
    analogReadResolution(COUNT_BITS);
    /* The core's clock of the converter is so slow that a channel takes 0.4 ms; 1.5 MHz are within its limits. */
    ADC->CTRLB.bit.PRESCALER = ADC_CTRLB_PRESCALER_DIV32_Val;
    while (ADC->STATUS.bit.SYNCBUSY) {
    }
    GCLK->CLKCTRL.reg = GCLK_CLKCTRL_CLKEN | GCLK_CLKCTRL_GEN_GCLK0 | GCLK_CLKCTRL_ID_TCC2_TC3;
    while (GCLK->STATUS.bit.SYNCBUSY) {
    }
    TC3->COUNT16.CTRLA.reg = TC_CTRLA_MODE_COUNT16 | TC_CTRLA_WAVEGEN_MFRQ | TC_CTRLA_PRESCALER_DIV16;
    settle();
    TC3->COUNT16.CC[0].reg = F_CPU / 16 / RATE_HZ - 1;
    settle();
    static_assert(F_CPU % (16UL * RATE_HZ) == 0, "the timer cannot make this rate exactly");
    TC3->COUNT16.INTENSET.reg = TC_INTENSET_MC0;
    NVIC_EnableIRQ(TC3_IRQn);
}

void sampler_start() {
    TC3->COUNT16.CTRLA.reg |= TC_CTRLA_ENABLE;
    settle();
}

void sampler_stop() {
    TC3->COUNT16.CTRLA.reg &= ~TC_CTRLA_ENABLE;
    settle();
}

void sampler_poll() {}
#endif
