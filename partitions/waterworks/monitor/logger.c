/* A line on the console every so many seconds: what an operator wants to see scrolling by. */
#include "../../tactus/text.h"
#include "monitor.h"

#define LOOKS_PER_SECOND 10u

static void print(instant time, const struct station *seen) {
    char bytes[CONSOLE_WRITE_MAX];
    struct text text = text_into(bytes, sizeof bytes);
    text_decimal(&text, (double)time / (double)MILLISECONDS(1000), 1, 8);
    text_add(&text, " s  level ");
    text_decimal(&text, seen->level, 2, 0);
    text_add(&text, " m  consumption ");
    text_decimal(&text, seen->consumption, 1, 0);
    text_add(&text, " l/s  reserve ");
    text_decimal(&text, seen->reserve, 0, 0);
    text_add(&text, seen->burst ? " min  BURST\n" : " min\n");
    console_write(bytes, text.length);
}

/* It looks at the clock often, so that a new period counts at once. */
void logger(uint32_t argument) {
    (void)argument;
    instant wake = now(), last = wake;
    for (;;) {
        wake += MILLISECONDS(1000) / LOOKS_PER_SECOND;
        sleep_until(wake);
        if (log_period == 0 || wake - last < log_period * MILLISECONDS(1000)) continue;
        last = wake;
        mutex_lock(STATION_MUTEX, NEVER);
        struct station seen = station;
        mutex_unlock(STATION_MUTEX);
        print(wake, &seen);
    }
}
