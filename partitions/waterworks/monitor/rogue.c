/* Does what a task may not, to show that nobody else suffers. */
#include "../../tactus/text.h"
#include "monitor.h"

#define UART_DATA ((volatile uint8_t *)0x10000000u)

const char *const misdeed_names[MISDEEDS] = {
    [NO_MISDEED] = "",    [STORE] = "store", [LOAD] = "load", [FETCH] = "fetch", [DEVICE] = "device",
    [CSR] = "csr",        [STACK] = "stack", [CALL] = "call", [SPIN] = "spin",   [FLOOD] = "flood",
};

static void say(const char *string) {
    char bytes[80];
    struct text text = text_into(bytes, sizeof bytes);
    text_add(&text, string);
    console_write(bytes, text.length);
}

/* A call in each of `depth` calls, each with something on the stack. */
static uint32_t recurse(uint32_t depth) {
    volatile uint32_t local[8] = { depth };
    return depth == 0 ? 0 : recurse(depth - 1) + local[0];
}

/* Asks the kernel for what it was not given: memory, a queue, a mutex, the console's input, the power switch. */
static void ask_for_too_much(void) {
    static uint8_t foreign[4];
    bool refused = console_write(foreign, sizeof foreign) == REFUSED
        && queue_send(SAMPLES, "sample", AT_ONCE) == REFUSED
        && mutex_lock(STATION_MUTEX, AT_ONCE) == REFUSED
        && console_read(foreign, sizeof foreign, AT_ONCE) == REFUSED
        && task_stop(SAMPLER) == REFUSED
        && power_off(0) == REFUSED;
    say(refused ? "rogue: the kernel refused\n" : "rogue: the kernel obeyed\n");
}

void rogue(uint32_t misdeed) {
    uint32_t instruction = 0x00008067; /* ret */
    switch (misdeed) {
    case STORE: station.level = 0.0; break;
    case LOAD: say(station.burst ? "burst" : "no burst"); break;
    case FETCH: ((void (*)(void))&instruction)(); break;
    case DEVICE: *UART_DATA = '!'; break;
    case CSR: __asm__ volatile("csrw pmpcfg0, zero"); break;
    case STACK: recurse(1000); break;
    case CALL: ask_for_too_much(); break;
    case SPIN: for (;;) __asm__ volatile("");
    case FLOOD: for (;;) say("rogue: rogue: rogue: rogue: rogue: rogue: rogue: rogue\n");
    }
}
