/* Run the sketch: each argument is a time in ms and what the host sends then, or nothing at the end: 100b 600s 700 */
#include <cstdlib>

#include "Arduino.h"

void setup();
void loop();

uint64_t now_us = 0xFFFFFFFFu - 150000u; /* the clock begins anew on the way, as it does after 71 minutes */
FakeSerial Serial;

int analogRead(uint8_t pin) {
    static int sample = -1;
    if (pin == A0) {
        sample++;
    }
    return (sample + 100 * (pin - A0)) % 1024;
}

int main(int count, char **arguments) {
    const uint64_t begun_us = now_us;
    setup();
    for (int index = 1; index < count; index++) {
        char *sent;
        const uint64_t until_us = 1000u * (uint64_t)strtoul(arguments[index], &sent, 10);
        while (now_us - begun_us < until_us) {
            loop();
            now_us += 50;
        }
        Serial.incoming += sent;
    }
    return 0;
}
