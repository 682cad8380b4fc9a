#include "emg_stream.h"

#include <math.h>
#include <string.h>

#define DATA_HEAD 7u
#define HELLO_HEAD 25u
#define CRC_BYTES 2u
#define WIDTH_BITS 0x0Fu
#define IMU_BIT 0x10u
#define IMU_BYTES 6u
#define STREAMING_BIT 0x01u
#define FULL 255u /* distance of a run of 254 bytes, which stands for no zero */

static void begin(emg_stream *stream) {
    stream->length = 0;
    stream->left = 0;
    stream->zero_due = 0;
    stream->spoilt = 0;
}

void emg_stream_init(emg_stream *stream) {
    memset(stream, 0, sizeof *stream);
}

static void put(emg_stream *stream, uint8_t byte) {
    if (stream->length == EMG_MAX_FRAME) {
        stream->spoilt = 1;
        return;
    }
    stream->frame[stream->length++] = byte;
}

static uint32_t read_number(const uint8_t *at, unsigned bytes) {
    uint32_t value = 0;
    while (bytes--) {
        value = value << 8 | at[bytes];
    }
    return value;
}

/* CRC-16/CCITT-FALSE without a table; of a frame that ends with its own it is 0. */
static uint16_t crc_of(const uint8_t *frame, unsigned length) {
    uint16_t crc = 0xFFFFu;
    for (unsigned i = 0; i < length; i++) {
        uint8_t x = (uint8_t)(crc >> 8 ^ frame[i]);
        x = (uint8_t)(x ^ x >> 4);
        crc = (uint16_t)((unsigned)crc << 8 ^ (unsigned)x << 12 ^ (unsigned)x << 5 ^ x);
    }
    return crc;
}

static int is_data(const uint8_t *frame, unsigned length) {
    if (length < DATA_HEAD + CRC_BYTES || frame[0] != 'D' || frame[1] != EMG_PROTOCOL) {
        return 0;
    }
    const unsigned samples = frame[2], channels = frame[3], layout = frame[4], width = layout & WIDTH_BITS;
    if (layout & ~(WIDTH_BITS | IMU_BIT) || (width != 2 && width != 3) || samples == 0 || channels == 0 ||
        channels > EMG_MAX_CHANNELS) {
        return 0;
    }
    return length == DATA_HEAD + samples * channels * width + (layout & IMU_BIT ? IMU_BYTES : 0u) + CRC_BYTES;
}

static int is_hello(const uint8_t *frame, unsigned length) {
    if (length < HELLO_HEAD + CRC_BYTES || frame[0] != 'H' || frame[1] != EMG_PROTOCOL) {
        return 0;
    }
    const uint8_t channels = frame[3], width = frame[4], unit = frame[5], letters = frame[24];
    return channels > 0 && channels <= EMG_MAX_CHANNELS && (width == 2 || width == 3) && unit <= 1 &&
           letters <= EMG_MAX_NAME && length == HELLO_HEAD + letters + CRC_BYTES;
}

/* A zero on the line: what came since the last one is a frame, or is not. */
static emg_event end(emg_stream *stream) {
    const unsigned length = stream->length;
    if (length == 0 && !stream->left && !stream->zero_due && !stream->spoilt) {
        return EMG_NOTHING; /* zeros in a row */
    }
    if (!stream->spoilt && !stream->left && crc_of(stream->frame, length) == 0) {
        if (is_data(stream->frame, length)) {
            return EMG_DATA;
        }
        if (is_hello(stream->frame, length)) {
            return EMG_HELLO;
        }
    }
    stream->skipped++;
    return EMG_NOTHING;
}

emg_event emg_stream_take(emg_stream *stream, uint8_t byte) {
    if (byte == 0) {
        const emg_event event = end(stream);
        begin(stream); /* the frame itself stands until the next byte */
        return event;
    }
    if (stream->spoilt) {
        return EMG_NOTHING;
    }
    if (stream->left) {
        stream->left--;
        put(stream, byte);
        return EMG_NOTHING;
    }
    if (stream->zero_due) { /* only now: at the very end a run stands for no zero */
        put(stream, 0);
    }
    stream->left = (uint8_t)(byte - 1u);
    stream->zero_due = byte != FULL;
    return EMG_NOTHING;
}

emg_data emg_read_data(const emg_stream *stream) {
    const uint8_t *frame = stream->frame;
    emg_data data;
    data.counts = frame + DATA_HEAD;
    data.number = (uint16_t)read_number(frame + 5, 2);
    data.samples = frame[2];
    data.channels = frame[3];
    data.width = frame[4] & WIDTH_BITS;
    return data;
}

int32_t emg_count(const emg_data *data, unsigned sample, unsigned channel) {
    const uint32_t sign = 1u << (8u * data->width - 1u);
    const uint32_t bits = read_number(data->counts + (sample * data->channels + channel) * data->width, data->width);
    return (int32_t)(bits & (sign - 1u)) - (int32_t)(bits & sign);
}

emg_hello emg_read_hello(const emg_stream *stream) {
    const uint8_t *frame = stream->frame;
    const uint32_t scale = read_number(frame + 12, 4);
    emg_hello hello;
    hello.streaming = frame[2] & STREAMING_BIT;
    hello.channels = frame[3];
    hello.width = frame[4];
    hello.rate_millihertz = read_number(frame + 8, 4);
    memcpy(&hello.per_count, &scale, sizeof scale); /* IEEE 754 binary32 */
    hello.microvolts = frame[5] == 1 && isfinite(hello.per_count) && hello.per_count > 0.0f;
    memcpy(hello.name, frame + HELLO_HEAD, frame[24]);
    hello.name[frame[24]] = 0;
    return hello;
}
