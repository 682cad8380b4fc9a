/* The framed packet of emg-edge, as a board writes it: docs/framed-packet.md describes it, byte by byte.
 *
 * Portable C99: no malloc, no floating point but the scale that the hello carries, nothing of Arduino. A frame is
 * stuffed while it is written, so that one buffer is enough. Every writer returns the bytes to send, or 0 when the
 * buffer was too small.
 */
#ifndef EMG_PACKET_H
#define EMG_PACKET_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define EMG_PROTOCOL 1
#define EMG_MAX_FRAME 1024u /* bytes before stuffing, CRC included: the host takes no longer one */
#define EMG_MAX_NAME 32u    /* bytes of the board's name: what is beyond is cut */

#define EMG_UNIT_COUNT 0 /* nobody knows what a count is worth */
#define EMG_UNIT_UV 1

/* What the host may send, a byte each; others mean nothing. */
#define EMG_ASK_HELLO '?'
#define EMG_START 'b'
#define EMG_STOP 's'
#define EMG_TO_FRAMES 'f'
#define EMG_TO_LINES 't'

/* Room for a frame of so many bytes, stuffed, with its zeros and its CRC. */
#define EMG_STUFFED(bytes) ((bytes) + 2u + ((bytes) + 2u) / 254u + 1u + 2u)
#define EMG_DATA_ROOM(samples, channels, width) EMG_STUFFED(7u + (samples) * (channels) * (width) + 6u)
#define EMG_HELLO_ROOM EMG_STUFFED(25u + EMG_MAX_NAME)
#define EMG_LINE_ROOM(channels) (7u * (channels) + 2u)

typedef struct {
    const char *name;
    uint8_t channels;
    uint8_t width;    /* bytes a count: 2 or 3 */
    uint8_t unit;     /* EMG_UNIT_COUNT or EMG_UNIT_UV */
    uint8_t has_imu;
    uint8_t major, minor; /* the firmware's version */
    uint32_t rate_millihertz; /* samples in 1000 s */
    float per_count;          /* the unit's worth of one count; 1 when the unit is the count */
    int32_t lowest, highest;
} emg_board;

/* Describe the board. */
size_t emg_write_hello(uint8_t *out, size_t room, const emg_board *board, uint8_t streaming);

/* Write samples * channels counts, channel by channel within a sample; `number` counts samples and is that of the
 * first. `acceleration` are three numbers in 1/2048 g, or NULL. */
size_t emg_write_data16(uint8_t *out, size_t room, const int16_t *counts, uint8_t samples, uint8_t channels,
                        uint16_t number, const int16_t *acceleration);
size_t emg_write_data24(uint8_t *out, size_t room, const int32_t *counts, uint8_t samples, uint8_t channels,
                        uint16_t number, const int16_t *acceleration);

/* Write one sample as text: '512,498\r\n'. */
size_t emg_write_line(uint8_t *out, size_t room, const int16_t *counts, uint8_t channels);

#ifdef __cplusplus
}
#endif
#endif
