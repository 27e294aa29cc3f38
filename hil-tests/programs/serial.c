/* Sends each line of its UART back in capitals, by interrupts alone: it sleeps, and the handler moves bytes through two queues.
   An empty line ends it, with the number of lines as its code. */
#include "print.h"

#define PLIC 0x0c000000u
#define CLAIM REGISTER32(PLIC + 0x200004)
#define SOURCE 10u

enum { DATA = 0, INTERRUPT_ENABLE = 1, INTERRUPT_ID = 2, MODEM_CONTROL = 4, LINE_STATUS = 5 };
#define RECEIVED 1u
#define TRANSMITTER_EMPTY 2u
#define DATA_READY 1u
#define QUEUE 256u

static volatile uint8_t queue[QUEUE];
static volatile uint32_t head, tail;
static volatile uint32_t lines, length;
static volatile uint32_t strange;
static volatile int over;

static void enqueue(uint8_t byte) {
    queue[head++ % QUEUE] = byte;
    REGISTER8(UART + INTERRUPT_ENABLE) = RECEIVED | TRANSMITTER_EMPTY;
}

static void receive(uint8_t byte) {
    if (byte != '\n') {
        length++;
        enqueue(byte >= 'a' && byte <= 'z' ? byte - 32 : byte);
    } else if (length == 0) {
        over = 1;
    } else {
        lines++;
        length = 0;
        enqueue('\n');
    }
}

static void serve(void) {
    for (;;) {
        uint8_t id = REGISTER8(UART + INTERRUPT_ID) & 0x0f;
        if (id == 0x01) return;
        if (id == 0x04) {
            while (!over && REGISTER8(UART + LINE_STATUS) & DATA_READY) receive(REGISTER8(UART + DATA));
            if (over) REGISTER8(UART + INTERRUPT_ENABLE) = TRANSMITTER_EMPTY;
        } else if (id == 0x02) {
            if (head != tail)
                REGISTER8(UART + DATA) = queue[tail++ % QUEUE];
            else
                REGISTER8(UART + INTERRUPT_ENABLE) = over ? 0 : RECEIVED;
        } else {
            strange++;
        }
    }
}

__attribute__((interrupt("machine"), aligned(4))) static void on_trap(void) {
    if (READ_CSR(mcause) != (1u << 31 | 11)) strange++;
    uint32_t source = CLAIM;
    if (source != SOURCE) strange++;
    serve();
    CLAIM = source;
}

int main(void) {
    WRITE_CSR(mtvec, on_trap);
    REGISTER32(PLIC + 4 * SOURCE) = 1;
    REGISTER32(PLIC + 0x2000) = 1u << SOURCE;
    REGISTER32(PLIC + 0x200000) = 0;
    REGISTER8(UART + MODEM_CONTROL) = 0x03; /* OUT2 is off, which gates nothing here */
    REGISTER8(UART + INTERRUPT_ENABLE) = RECEIVED;
    SET_CSR(mie, 1 << 11);
    SET_CSR(mstatus, 1 << 3);
    while (!over || head != tail) __asm__ volatile("wfi");
    CLEAR_CSR(mstatus, 1 << 3);
    print("%u lines, %u strange, mip %x\n", lines, strange, READ_CSR(mip) & 1 << 11);
    finish(lines);
}
