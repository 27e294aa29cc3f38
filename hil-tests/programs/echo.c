/* Sends each line of its UART back, reversed; an empty line ends it, with the number of lines as its code. */
#include "print.h"

int main(void) {
    char line[80];
    uint32_t lines = 0;
    for (;;) {
        uint32_t length = 0;
        for (;;) {
            while ((REGISTER8(UART + 5) & 1) == 0) {
            }
            char character = (char)REGISTER8(UART);
            if (character == '\n') break;
            if (length < sizeof line) line[length++] = character;
        }
        if (length == 0) finish(lines);
        while (length > 0) print("%c", line[--length]);
        print("\n");
        lines++;
    }
}
