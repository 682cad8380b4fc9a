/* Any bytes at all through the exported packet reader, decoder and front end: nothing may be read or written outside.
 *
 * One input a file, or many small ones made of a seed: micro_fuzz SEED COUNT. Also a libFuzzer target, where clang is.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emg_decoder.h"
#include "emg_network.h"

static int8_t logits[EMG_CLASSES];
static unsigned long decisions;

const char *emg_network_init(void) { return NULL; }

const int8_t *emg_network_run(const int8_t *window) {
    unsigned i;
    for (i = 0; i < EMG_CONTEXT * EMG_FEATURES; i++) { /* read all of it */
        logits[i % EMG_CLASSES] = (int8_t)(logits[i % EMG_CLASSES] ^ window[i]);
    }
    return window[0] == 42 ? NULL : logits;
}

static void sink(const emg_decision *decision) {
    if (decision->movement >= EMG_CLASSES || !(decision->probability >= 0.0f && decision->probability <= 1.0f)) {
        abort();
    }
    decisions++;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static emg_stream stream;
    static emg_decoder decoder;
    uint32_t now_ms = 0;
    emg_stream_init(&stream);
    emg_decoder_init(&decoder, sink);
    for (size_t i = 0; i < size; i++) {
        const emg_event event = emg_stream_take(&stream, data[i]);
        if (event == EMG_DATA) {
            const emg_data frame = emg_read_data(&stream);
            emg_decoder_take(&decoder, &frame, now_ms);
        } else if (event == EMG_HELLO) {
            const emg_hello hello = emg_read_hello(&stream);
            emg_decoder_greet(&decoder, &hello);
        }
        now_ms += data[i];
        emg_decoder_tick(&decoder, now_ms);
    }
    return 0;
}

#ifndef LIBFUZZER
int main(int argc, char **argv) {
    static uint8_t bytes[1 << 20];
    for (int k = 1; k < argc; k++) {
        FILE *file = fopen(argv[k], "rb");
        if (file == NULL) {
            perror(argv[k]);
            return 1;
        }
        const size_t size = fread(bytes, 1, sizeof bytes, file);
        fclose(file);
        uint8_t *exact = malloc(size + (size == 0)); /* so that one byte too far is seen */
        memcpy(exact, bytes, size);
        LLVMFuzzerTestOneInput(exact, size);
        free(exact);
    }
    printf("%lu decisions\n", decisions);
    return 0;
}
#endif
