/* What a board must give: these four functions, and a main that calls emg_run. port_posix.c has them for a computer. */
#ifndef EMG_PORT_H
#define EMG_PORT_H

#include <stddef.h>
#include <stdint.h>

/* Bytes that came from the EMG board, at most `room`, waiting up to 20 ms for the first; -1 when no more will come. */
int emg_port_read(uint8_t *bytes, size_t room);

/* Send the EMG board a command. */
void emg_port_send(const char *bytes, size_t length);

/* Print a line of text, which ends with a newline. */
void emg_port_print(const char *line);

/* Milliseconds since some moment; after 2^32 - 1 comes 0. */
uint32_t emg_port_ms(void);

/* Decode until no more will come. Returns 0, or 1 where the network cannot run. */
int emg_run(void);

#endif
