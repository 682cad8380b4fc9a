/* The program: asks the board for its hello, starts it, and prints a JSON line a decision, as `emg-edge run` does. */
#include <stdio.h>

#include "emg_decoder.h"
#include "emg_network.h"
#include "emg_port.h"

#define ASK_AGAIN_MS 500u
#define PATIENCE_MS 3000u
#define READ_BYTES 256u
#define GESTURE_BYTES (EMG_LONGEST_NAME + 40u)
#define LINE_BYTES (GESTURE_BYTES + 160u)

static const char *const no_hello =
    "no hello has come: is this a board that speaks emg-edge's packet, version 1, at this line's speed?";
static const char *const states[] = {"active", "rest", "unknown", "stale"};
static emg_decoder decoder;
static emg_stream stream;
static const char *said; /* the last complaint since a hello that was right: told once, and not with every frame */

/* Without %f, which small C libraries leave out. */
static void print_decision(const emg_decision *decision) {
    char line[LINE_BYTES], gesture[GESTURE_BYTES] = "\"gesture\":null,\"number\":null";
    if (decision->movement >= 0) {
        snprintf(gesture, sizeof gesture, "\"gesture\":\"%s\",\"number\":%d", emg_names[decision->movement],
                 emg_numbers[decision->movement]);
    }
    const int thousandths = (int)(decision->probability * 1000.0f + 0.5f);
    snprintf(line, sizeof line,
             "{\"time_ms\":%lu,\"seq\":%lu,%s,\"probability\":%d.%03d,\"state\":\"%s\",\"samples_lost\":%lu}\n",
             (unsigned long)decision->time_ms, (unsigned long)decision->sequence, gesture, thousandths / 1000,
             thousandths % 1000, states[decision->state], (unsigned long)decision->lost);
    emg_port_print(line);
}

static void complain(const char *what) {
    char line[LINE_BYTES];
    snprintf(line, sizeof line, "{\"error\":\"%s\"}\n", what);
    emg_port_print(line);
}

/* Take a byte; returns what is wrong with what it completed, or NULL. */
static const char *take(uint8_t byte) {
    const emg_event event = emg_stream_take(&stream, byte);
    if (event == EMG_DATA) {
        const emg_data data = emg_read_data(&stream);
        return emg_decoder_take(&decoder, &data, emg_port_ms());
    }
    if (event == EMG_HELLO) {
        const emg_hello hello = emg_read_hello(&stream);
        const char *wrong = emg_decoder_greet(&decoder, &hello);
        if (wrong == NULL) {
            said = NULL;
        }
        if (wrong == NULL && !hello.streaming) {
            emg_port_send("b", 1);
        }
        return wrong;
    }
    return NULL;
}

int emg_run(void) {
    const char *wrong = emg_network_init();
    if (wrong != NULL) {
        complain(wrong);
        return 1;
    }
    emg_decoder_init(&decoder, print_decision);
    emg_stream_init(&stream);
    const uint32_t began_ms = emg_port_ms();
    uint32_t asked_ms = began_ms;
    emg_port_send("f?", 2);
    uint8_t bytes[READ_BYTES];
    for (int got; (got = emg_port_read(bytes, sizeof bytes)) >= 0;) {
        for (int i = 0; i < got; i++) {
            wrong = take(bytes[i]);
            if (wrong != NULL && wrong != said) {
                complain(wrong);
                said = wrong;
            }
        }
        const uint32_t now_ms = emg_port_ms();
        if (decoder.gain == 0.0f && said == NULL && now_ms - began_ms >= PATIENCE_MS) {
            complain(no_hello);
            said = no_hello;
        }
        emg_decoder_tick(&decoder, now_ms);
        if (decoder.gain == 0.0f && now_ms - asked_ms >= ASK_AGAIN_MS) {
            emg_port_send("f?", 2);
            asked_ms = now_ms;
        }
    }
    return 0;
}
