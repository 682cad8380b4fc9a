/* As much of Arduino as the reference sketch uses, on the host: time passes with each turn of the main loop, channel
 * k reads (n + 100 k) mod 1024 at sample n, and what is sent is written to standard output. */
#ifndef ARDUINO_H
#define ARDUINO_H

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>

#define F(text) text
#define NUM_ANALOG_INPUTS 8
enum { A0 = 14, A1, A2, A3, A4, A5, A6, A7 };

extern uint64_t now_us;
inline uint32_t micros() { return (uint32_t)now_us; }
inline uint32_t millis() { return (uint32_t)(now_us / 1000); }
int analogRead(uint8_t pin);

struct FakeSerial {
    std::string incoming;
    void begin(unsigned long) {}
    int available() { return (int)incoming.size(); }
    int read() {
        int byte = (uint8_t)incoming[0];
        incoming.erase(0, 1);
        return byte;
    }
    size_t write(const uint8_t *data, size_t length) { return fwrite(data, 1, length, stdout); }
    void print(const char *text) { fputs(text, stdout); }
    void print(long number) { printf("%ld", number); }
    void print(int number) { printf("%d", number); }
    void print(double number, int digits) { printf("%.*f", digits, number); }
    template <typename T> void println(T value) {
        print((long)value);
        print("\r\n");
    }
};
extern FakeSerial Serial;

#endif
