/* Frames of a board in, decisions out: what the live loop of emg-edge does, without its clock.
 *
 * A short gap is bridged with the samples before it, a long one begins anew; whoever calls it says when it is time.
 */
#ifndef EMG_DECODER_H
#define EMG_DECODER_H

#include <stdint.h>

#include "emg_front_end.h"
#include "emg_stream.h"

#ifdef __cplusplus
extern "C" {
#endif

#define EMG_STALE_AFTER_MS 150u /* of silence: 'stale' is promised within 200 ms */
#define EMG_STALE_AGAIN_MS 1000u
#define EMG_STALL_MS 1000u /* of silence: what a 16-bit number says of the gap is not believed, what was before is void */
#define EMG_RESTART_SAMPLES (EMG_SOURCE_RATE_MILLIHERTZ / 4000u) /* not newer, in a row: the board counts anew */

typedef enum { EMG_ACTIVE, EMG_REST, EMG_UNKNOWN, EMG_STALE } emg_state;

typedef struct {
    uint32_t time_ms, sequence, lost; /* samples lost since the decision before */
    emg_state state;
    int movement; /* index of emg_names and emg_numbers; -1 where nothing is known */
    float probability;
} emg_decision;

typedef void (*emg_sink)(const emg_decision *decision);

typedef struct {
    emg_front_end front;
    emg_sink sink;
    float gain; /* of a count, in EMG_UNIT; 0 before the first hello */
    float tail[EMG_BRIDGE][EMG_SOURCE_CHANNELS]; /* a ring of the newest samples */
    uint16_t tail_next, tail_held;
    uint16_t number; /* that the next sample should have */
    uint8_t counting; /* whether `number` is known: not before the first frame, nor after a board has begun anew */
    uint32_t not_newer; /* samples in a row that came twice or late */
    uint32_t lost, sequence, heard_ms, stale_ms;
    uint8_t heard;
} emg_decoder;

void emg_decoder_init(emg_decoder *decoder, emg_sink sink);

/* Take a hello. Returns NULL, or why the board does not go with the model. */
const char *emg_decoder_greet(emg_decoder *decoder, const emg_hello *hello);

/* Take a data frame that came at a time. Returns NULL, or what is wrong; before the first hello it is passed over. */
const char *emg_decoder_take(emg_decoder *decoder, const emg_data *data, uint32_t now_ms);

/* Say 'stale' where it is due; to be called at least every 20 ms. */
void emg_decoder_tick(emg_decoder *decoder, uint32_t now_ms);

#ifdef __cplusplus
}
#endif
#endif
