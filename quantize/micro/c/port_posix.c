/* A computer in place of the microcontroller: emg_micro DEVICE reads a serial port, without one the standard input. */
#define _POSIX_C_SOURCE 200809L

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "emg_port.h"

#define WAIT_MS 20

static int board = STDIN_FILENO;

int emg_port_read(uint8_t *bytes, size_t room) {
    struct pollfd ready = {board, POLLIN, 0};
    if (poll(&ready, 1, WAIT_MS) == 0) {
        return 0;
    }
    const ssize_t got = read(board, bytes, room);
    return got > 0 ? (int)got : -1;
}

void emg_port_send(const char *bytes, size_t length) {
    if (board != STDIN_FILENO && write(board, bytes, length) < 0) {
        perror("cannot write to the board");
    }
}

void emg_port_print(const char *line) {
    fputs(line, stdout);
    fflush(stdout);
}

uint32_t emg_port_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint32_t)((uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u);
}

int main(int argc, char **argv) {
    if (argc > 1) {
        struct termios raw;
        board = open(argv[1], O_RDWR | O_NOCTTY);
        if (board < 0 || tcgetattr(board, &raw) != 0) {
            perror(argv[1]);
            return 1;
        }
        raw.c_iflag = raw.c_oflag = raw.c_lflag = 0; /* bytes as they come; the speed is left as stty set it */
        raw.c_cflag = (raw.c_cflag & ~(tcflag_t)CSIZE) | CS8 | CREAD | CLOCAL;
        raw.c_cc[VMIN] = 1;
        raw.c_cc[VTIME] = 0;
        tcsetattr(board, TCSANOW, &raw);
    }
    return emg_run();
}
