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

/* Asks the kernel to do for it what it may not do itself. */
static void call_with_foreign_memory(void) {
    bool refused = queue_send(SAMPLES, &station, AT_ONCE) == BAD_ARGUMENT
        && console_read(&station, sizeof station, AT_ONCE) == BAD_ARGUMENT
        && console_write((const void *)0x80000000u, 0x7fffffffu) == BAD_ARGUMENT
        && mutex_unlock(STATION_MUTEX) == NOT_OWNER;
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
    case CALL: call_with_foreign_memory(); break;
    case SPIN: for (;;) __asm__ volatile("");
    case FLOOD: for (;;) say("rogue: rogue: rogue: rogue: rogue: rogue: rogue: rogue\n");
    }
}
