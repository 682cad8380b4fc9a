/* The exported front end on an emulated Cortex-M4: samples.bin (float32) -> windows.bin (int8), by semihosting. */
#include <stdint.h>
#include <stdio.h>

#include "emg_front_end.h"

extern int _start(void);
extern char __stack[];

#define CPACR (*(volatile uint32_t *)0xE000ED88u)

__attribute__((naked, used)) void reset(void) {
    CPACR |= 0xFu << 20; /* the floating-point unit is off at power-on */
    __asm volatile("dsb\n isb\n b _start");
}

__attribute__((section(".vectors"), used)) const void *const vectors[] = {__stack, reset};

static emg_front_end front;

int main(void) {
    float sample[EMG_SOURCE_CHANNELS];
    int8_t window[EMG_CONTEXT * EMG_FEATURES];
    FILE *in = fopen("samples.bin", "rb"), *out = fopen("windows.bin", "wb");
    if (!in || !out) {
        return 1;
    }
    emg_front_end_reset(&front);
    while (fread(sample, sizeof *sample, EMG_SOURCE_CHANNELS, in) == EMG_SOURCE_CHANNELS) {
        if (emg_front_end_push(&front, sample)) {
            emg_front_end_window(&front, window);
            fwrite(window, 1, sizeof window, out);
        }
    }
    fclose(out);
    return 0;
}
