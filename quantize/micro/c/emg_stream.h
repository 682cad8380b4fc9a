/* Bytes of emg-edge's framed packet in, whole frames out: docs/framed-packet.md describes it, byte by byte.
 *
 * Whatever is cut, altered or invented on the line is passed over and counted; nothing is read outside the frame.
 */
#ifndef EMG_STREAM_H
#define EMG_STREAM_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define EMG_PROTOCOL 1
#define EMG_MAX_FRAME 1024u /* bytes before stuffing, CRC included: no board may send more */
#define EMG_MAX_CHANNELS 64u
#define EMG_MAX_NAME 32u

typedef enum { EMG_NOTHING, EMG_DATA, EMG_HELLO } emg_event;

typedef struct {
    uint8_t frame[EMG_MAX_FRAME];
    uint16_t length;
    uint8_t left;     /* bytes until the next distance */
    uint8_t zero_due; /* the run that ends there stands for a zero */
    uint8_t spoilt;   /* too long: passed over up to the next zero */
    uint32_t skipped; /* blocks that were no frame */
} emg_stream;

typedef struct {
    const uint8_t *counts;
    uint16_t number; /* of the first sample; after 65535 comes 0 */
    uint8_t samples, channels, width;
} emg_data;

typedef struct {
    char name[EMG_MAX_NAME + 1];
    uint8_t streaming, channels, width;
    uint8_t microvolts; /* 1: per_count is in microvolts; 0: nobody knows what a count is worth */
    uint32_t rate_millihertz; /* samples in 1000 s */
    float per_count;
} emg_hello;

void emg_stream_init(emg_stream *stream);

/* Take one byte; tells what it completed. What was completed stands until the next byte. */
emg_event emg_stream_take(emg_stream *stream, uint8_t byte);

/* Read the frame that was completed: after EMG_DATA the one, after EMG_HELLO the other. */
emg_data emg_read_data(const emg_stream *stream);
emg_hello emg_read_hello(const emg_stream *stream);

/* Count of a channel of a sample. */
int32_t emg_count(const emg_data *data, unsigned sample, unsigned channel);

#ifdef __cplusplus
}
#endif
#endif
