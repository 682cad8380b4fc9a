#include "emg_packet.h"

#include <string.h>

#define FULL 255u /* distance of a run of 254 bytes without a zero */

typedef struct {
    uint8_t *out;
    size_t room, length;
    size_t distance_at; /* where the distance to the next zero will stand */
    uint8_t distance;
    uint16_t crc;
} writer;

static void append(writer *to, uint8_t byte) {
    if (to->length < to->room) {
        to->out[to->length] = byte;
    }
    to->length++; /* beyond the room too: so the end knows */
}

static void close_run(writer *to) {
    if (to->distance_at < to->room) {
        to->out[to->distance_at] = to->distance;
    }
}

static void open_run(writer *to) {
    to->distance_at = to->length;
    to->distance = 1;
    append(to, 0);
}

static void stuff(writer *to, uint8_t byte) {
    if (to->distance == FULL) { /* only now: a full run at the very end needs nothing after it */
        close_run(to);
        open_run(to);
    }
    if (byte == 0) {
        close_run(to);
        open_run(to);
    } else {
        append(to, byte);
        to->distance++;
    }
}

/* CRC-16/CCITT-FALSE without a table: eight steps of the polynomial 0x1021 folded into shifts. */
static uint16_t crc_of(uint16_t crc, uint8_t byte) {
    uint8_t x = (uint8_t)((crc >> 8) ^ byte);
    x = (uint8_t)(x ^ (x >> 4));
    return (uint16_t)((uint16_t)(crc << 8) ^ (uint16_t)((uint16_t)x << 12) ^ (uint16_t)((uint16_t)x << 5) ^ x);
}

static void begin(writer *to, uint8_t *out, size_t room) {
    to->out = out;
    to->room = room;
    to->length = 0;
    to->crc = 0xFFFFu;
    append(to, 0); /* cuts off whatever the line carried before */
    open_run(to);
}

static void put8(writer *to, uint8_t byte) {
    to->crc = crc_of(to->crc, byte);
    stuff(to, byte);
}

static void put16(writer *to, uint16_t value) {
    put8(to, (uint8_t)value);
    put8(to, (uint8_t)(value >> 8));
}

static void put32(writer *to, uint32_t value) {
    put16(to, (uint16_t)value);
    put16(to, (uint16_t)(value >> 16));
}

static size_t end(writer *to) {
    const uint16_t crc = to->crc;
    stuff(to, (uint8_t)(crc >> 8));
    stuff(to, (uint8_t)crc);
    close_run(to);
    append(to, 0);
    return to->length <= to->room ? to->length : 0;
}

static void put_head(writer *to, uint8_t samples, uint8_t channels, uint8_t width, uint16_t number,
                     const int16_t *acceleration) {
    put8(to, 'D');
    put8(to, EMG_PROTOCOL);
    put8(to, samples);
    put8(to, channels);
    put8(to, (uint8_t)(width | (acceleration ? 0x10u : 0u)));
    put16(to, number);
}

static size_t put_tail(writer *to, const int16_t *acceleration) {
    if (acceleration) {
        uint8_t axis;
        for (axis = 0; axis < 3; axis++) {
            put16(to, (uint16_t)acceleration[axis]);
        }
    }
    return end(to);
}

size_t emg_write_data16(uint8_t *out, size_t room, const int16_t *counts, uint8_t samples, uint8_t channels,
                        uint16_t number, const int16_t *acceleration) {
    writer to;
    uint16_t left = (uint16_t)(samples * channels);
    begin(&to, out, room);
    put_head(&to, samples, channels, 2, number, acceleration);
    while (left--) {
        put16(&to, (uint16_t)*counts++);
    }
    return put_tail(&to, acceleration);
}

size_t emg_write_data24(uint8_t *out, size_t room, const int32_t *counts, uint8_t samples, uint8_t channels,
                        uint16_t number, const int16_t *acceleration) {
    writer to;
    uint16_t left = (uint16_t)(samples * channels);
    begin(&to, out, room);
    put_head(&to, samples, channels, 3, number, acceleration);
    while (left--) {
        const uint32_t count = (uint32_t)*counts++;
        put16(&to, (uint16_t)count);
        put8(&to, (uint8_t)(count >> 16));
    }
    return put_tail(&to, acceleration);
}

size_t emg_write_hello(uint8_t *out, size_t room, const emg_board *board, uint8_t streaming) {
    writer to;
    uint32_t scale;
    size_t letters = strlen(board->name), letter;
    if (letters > EMG_MAX_NAME) {
        letters = EMG_MAX_NAME;
    }
    memcpy(&scale, &board->per_count, sizeof scale); /* IEEE 754 binary32 on every processor meant here */
    begin(&to, out, room);
    put8(&to, 'H');
    put8(&to, EMG_PROTOCOL);
    put8(&to, (uint8_t)((streaming ? 0x01u : 0u) | (board->has_imu ? 0x02u : 0u)));
    put8(&to, board->channels);
    put8(&to, board->width);
    put8(&to, board->unit);
    put8(&to, board->major);
    put8(&to, board->minor);
    put32(&to, board->rate_millihertz);
    put32(&to, scale);
    put32(&to, (uint32_t)board->lowest);
    put32(&to, (uint32_t)board->highest);
    put8(&to, (uint8_t)letters);
    for (letter = 0; letter < letters; letter++) {
        put8(&to, (uint8_t)board->name[letter]);
    }
    return end(&to);
}

static uint8_t *put_number(uint8_t *out, int16_t value) {
    static const uint16_t powers[] = {10000u, 1000u, 100u, 10u};
    uint16_t left = (uint16_t)value;
    uint8_t power, begun = 0;
    if (value < 0) {
        *out++ = '-';
        left = (uint16_t)(0u - left);
    }
    for (power = 0; power < 4; power++) { /* by subtraction: an AVR has no division */
        uint8_t digit = '0';
        while (left >= powers[power]) {
            left = (uint16_t)(left - powers[power]);
            digit++;
        }
        if (begun || digit != '0') {
            begun = 1;
            *out++ = digit;
        }
    }
    *out++ = (uint8_t)('0' + left);
    return out;
}

size_t emg_write_line(uint8_t *out, size_t room, const int16_t *counts, uint8_t channels) {
    uint8_t *at = out;
    uint8_t channel;
    if (room < EMG_LINE_ROOM(channels)) {
        return 0;
    }
    for (channel = 0; channel < channels; channel++) {
        if (channel) {
            *at++ = ',';
        }
        at = put_number(at, counts[channel]);
    }
    *at++ = '\r';
    *at++ = '\n';
    return (size_t)(at - out);
}
