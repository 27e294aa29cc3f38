/*
 * The console: a 16550 UART with its FIFOs, driven by interrupts (PC16550D data sheet §8). What is written waits in a
 * ring until the transmitter is empty; what arrives waits until a task reads. With a full ring the receiver is left
 * alone, so that a partner who heeds it loses nothing.
 */
#include <stddef.h>

#include "bytes.h"
#include "kernel.h"

#define UART 0x10000000u
enum {
    DATA = 0,
    INTERRUPT_ENABLE = 1,
    INTERRUPT_IDENTITY = 2, /* read */
    FIFO_CONTROL = 2,       /* written */
    LINE_CONTROL = 3,
    MODEM_CONTROL = 4,
    LINE_STATUS = 5
};
#define RECEIVED 0x01u
#define TRANSMITTER_EMPTY 0x02u
#define FIFOS_ON_AND_CLEAR 0x07u
#define EIGHT_BITS 0x03u
#define OUT2 0x08u /* lets the interrupt out of the chip on many boards */
#define DATA_READY 0x01u
#define HOLDING_EMPTY 0x20u
#define FIFO_BYTES 16u

#define RING_BYTES 1024u
#define KERNEL_RESERVE 256u /* of the output, which tasks leave free for what the kernel has to say */

struct ring {
    uint8_t bytes[RING_BYTES];
    uint32_t first, count;
};
static struct ring output, input;
static uint32_t enabled;
static char writers, readers; /* their addresses are what tasks wait for */

static volatile uint8_t *uart(uint32_t offset) { return (volatile uint8_t *)(UART + offset); }

static void ring_add(struct ring *ring, uint8_t byte) {
    ring->bytes[(ring->first + ring->count++) % RING_BYTES] = byte;
}

static uint8_t ring_remove(struct ring *ring) {
    uint8_t byte = ring->bytes[ring->first];
    ring->first = (ring->first + 1) % RING_BYTES;
    ring->count--;
    return byte;
}

/* The interrupts that there is a use for. The transmitter's is raised at once when it is enabled: so sending begins. */
static void enable_what_is_needed(void) {
    uint32_t needed = (input.count < RING_BYTES ? RECEIVED : 0) | (output.count > 0 ? TRANSMITTER_EMPTY : 0);
    if (needed == enabled) return;
    enabled = needed;
    *uart(INTERRUPT_ENABLE) = (uint8_t)needed;
}

void console_init(void) {
    *uart(INTERRUPT_ENABLE) = 0;
    *uart(LINE_CONTROL) = EIGHT_BITS;
    *uart(FIFO_CONTROL) = FIFOS_ON_AND_CLEAR;
    *uart(MODEM_CONTROL) = OUT2;
    plic_enable(UART_INTERRUPT);
    enable_what_is_needed();
}

static void transmit(void) {
    if ((*uart(LINE_STATUS) & HOLDING_EMPTY) == 0) return;
    for (uint32_t room = FIFO_BYTES; room > 0 && output.count > 0; room--) *uart(DATA) = ring_remove(&output);
}

static void receive(void) {
    for (uint32_t i = 0; i < FIFO_BYTES && input.count < RING_BYTES; i++) {
        if ((*uart(LINE_STATUS) & DATA_READY) == 0) return;
        ring_add(&input, *uart(DATA));
    }
}

static bool fits(uint32_t count) { return output.count + count + KERNEL_RESERVE <= RING_BYTES; }

static void accept(const uint8_t *bytes, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) ring_add(&output, bytes[i]);
}

static int32_t hand_over(uint8_t *bytes, uint32_t room) {
    uint32_t count = input.count < room ? input.count : room;
    for (uint32_t i = 0; i < count; i++) bytes[i] = ring_remove(&input);
    return (int32_t)count;
}

/* Tasks that waited for room or for bytes go on as far as there is some; the most urgent first, and none past it. */
static void serve_the_waiting(void) {
    struct task *task;
    while ((task = most_urgent_waiting_for(&writers)) != NULL && fits(task->buffer_bytes)) {
        accept(task->buffer, task->buffer_bytes);
        task_wake(task, OK);
    }
    while (input.count > 0 && (task = most_urgent_waiting_for(&readers)) != NULL) {
        task_wake(task, hand_over(task->buffer, task->buffer_bytes));
    }
}

void console_interrupt(void) {
    (void)*uart(INTERRUPT_IDENTITY); /* takes back the transmitter's interrupt (§8.5) */
    receive();
    transmit();
    serve_the_waiting();
    enable_what_is_needed();
}

void console_put(uint8_t *bytes, uint32_t count) {
    if (fits(count) && most_urgent_waiting_for(&writers) == NULL) {
        accept(bytes, count);
        enable_what_is_needed();
        return answer(OK);
    }
    current->buffer = bytes;
    current->buffer_bytes = count;
    task_wait(&writers, NEVER);
}

void console_take(uint8_t *bytes, uint32_t room, instant deadline) {
    if (input.count > 0) {
        answer(hand_over(bytes, room));
        return enable_what_is_needed();
    }
    current->buffer = bytes;
    current->buffer_bytes = room;
    task_wait(&readers, deadline);
}

/* The kernel does not wait: what does not fit is lost. */
void console_say(const char *bytes, uint32_t count) {
    for (uint32_t i = 0; i < count && output.count < RING_BYTES; i++) ring_add(&output, (uint8_t)bytes[i]);
    enable_what_is_needed();
}

/* Sends all there is, without interrupts: before the end. */
void console_drain(void) {
    while (output.count > 0) transmit();
}
