/* An EMG board for emg-edge: up to 8 analogue channels, 1000 samples a second, sent as framed packets or as lines.
 *
 * Settings are in settings.h. Commands, which you may type into a serial monitor: ? describe, b begin, s stop,
 * t lines of text from now on, f frames from now on. docs/framed-packet.md of emg-edge describes the frames.
 */
#include "settings.h"
#include "emg_blocks.h"
#include "emg_packet.h"

#define HELLO_EVERY_MS 1000

emg_blocks blocks; /* the sampler pushes into it */

static int16_t counts[2 * SAMPLES_PER_FRAME * CHANNELS];
static uint8_t out[EMG_DATA_ROOM(SAMPLES_PER_FRAME, CHANNELS, 2)];
static bool streaming, text;
static uint32_t described_ms;

static const emg_board board = {
    BOARD_NAME, CHANNELS, 2, AMPLIFIER_GAIN ? EMG_UNIT_UV : EMG_UNIT_COUNT, 0, 1, 0, RATE_HZ * 1000UL,
    AMPLIFIER_GAIN ? (float)(FULL_SCALE_UV / (1L << COUNT_BITS) / (AMPLIFIER_GAIN ? AMPLIFIER_GAIN : 1)) : 1.0f,
    0, (1L << COUNT_BITS) - 1};

static_assert(sizeof out >= EMG_HELLO_ROOM && sizeof out >= EMG_LINE_ROOM(CHANNELS), "one buffer is for everything");
static_assert(7 + 2 * SAMPLES_PER_FRAME * CHANNELS + 2 <= EMG_MAX_FRAME, "the host takes no longer frame");

static void describe() {
    if (text) {
        Serial.print(F("# board=" BOARD_NAME " rate="));
        Serial.print(RATE_HZ);
        Serial.print(F(" channels="));
        Serial.print(CHANNELS);
        if (AMPLIFIER_GAIN) {
            Serial.print(F(" unit=uV scale="));
            Serial.print(board.per_count, 6);
        }
        Serial.print(F(" lowest=0 highest="));
        Serial.println(board.highest);
    } else {
        Serial.write(out, emg_write_hello(out, sizeof out, &board, streaming));
    }
    described_ms = millis();
}

static void stop() {
    sampler_stop();
    streaming = false;
}

static void start() {
    stop();
    emg_blocks_begin(&blocks, counts, SAMPLES_PER_FRAME, CHANNELS);
    streaming = true;
    sampler_start();
}

static void obey(char command) {
    if (command == EMG_ASK_HELLO) {
        describe();
    } else if (command == EMG_START && !streaming) {
        start();
    } else if (command == EMG_STOP) {
        stop();
    } else if (command == EMG_TO_FRAMES) {
        text = false;
    } else if (command == EMG_TO_LINES) {
        text = true;
    }
}

static void send_block() {
    uint16_t number;
    const int16_t *block = emg_blocks_take(&blocks, &number);
    if (!block) {
        return;
    }
    if (text) {
        for (uint8_t sample = 0; sample < SAMPLES_PER_FRAME; sample++) {
            Serial.write(out, emg_write_line(out, sizeof out, block + sample * CHANNELS, CHANNELS));
        }
        emg_blocks_release(&blocks);
    } else {
        const size_t length = emg_write_data16(out, sizeof out, block, SAMPLES_PER_FRAME, CHANNELS, number, NULL);
        emg_blocks_release(&blocks); /* before it is sent: `out` is what sends, and sending takes long */
        Serial.write(out, length);
    }
}

void setup() {
    Serial.begin(BAUD);
    sampler_begin();
    text = TEXT_AT_POWER_ON;
    describe();
    if (text) {
        start();
    }
}

void loop() {
    while (Serial.available()) {
        obey((char)Serial.read());
    }
    sampler_poll();
    if (streaming) {
        send_block();
    } else if (millis() - described_ms >= HELLO_EVERY_MS) {
        describe();
    }
}
