/* Meets the interrupt controller and the UART's interrupts, with the UART in loopback so that it hears itself. Prints what it
   finds, where QEMU 7.2 does as the specifications say: there, modem lines raise nothing in loopback, and the controller forgets
   a source whose line is still asserted at the completion, and keeps one whose line rose and fell before it. */
#include "print.h"

#define PLIC 0x0c000000u
#define PRIORITY(source) REGISTER32(PLIC + 4 * (source))
#define PENDING REGISTER32(PLIC + 0x1000)
#define ENABLE REGISTER32(PLIC + 0x2000)
#define THRESHOLD REGISTER32(PLIC + 0x200000)
#define CLAIM REGISTER32(PLIC + 0x200004)
#define SOURCE 10u

#define DATA REGISTER8(UART)
#define INTERRUPT_ENABLE REGISTER8(UART + 1)
#define INTERRUPT_ID REGISTER8(UART + 2)
#define FIFO_CONTROL REGISTER8(UART + 2)
#define MODEM_CONTROL REGISTER8(UART + 4)
#define LINE_STATUS REGISTER8(UART + 5)

static char external(void) { return READ_CSR(mip) & 1 << 11 ? '!' : '.'; }

static uint32_t found[64];
static uint32_t count;

static void note(uint32_t value) { found[count++] = value; }

/* To print is to use the UART: what was noted is printed when a step is over. */
static void show(const char *name) {
    MODEM_CONTROL = 0;
    print("%s:", name);
    for (uint32_t i = 0; i < count; i++) print(" %x", found[i]);
    print("\n");
    count = 0;
}

static void controller(void) {
    note(CLAIM);
    PRIORITY(SOURCE) = 5;
    PRIORITY(1) = 0;
    ENABLE = 1u << SOURCE;
    THRESHOLD = 3;
    note(PRIORITY(SOURCE));
    note(PRIORITY(1));
    note(THRESHOLD);
    note(ENABLE);
    note(PENDING);
    show("registers");

    INTERRUPT_ENABLE = 2;
    note(PENDING);
    note(external());
    THRESHOLD = 5;
    note(external());
    THRESHOLD = 4;
    note(external());
    PRIORITY(SOURCE) = 0;
    note(external());
    note(CLAIM);
    PRIORITY(SOURCE) = 7;
    note(external());
    uint32_t claimed = CLAIM;
    note(claimed);
    note(PENDING);
    note(external());
    note(CLAIM);
    INTERRUPT_ENABLE = 0;
    CLAIM = claimed;
    note(PENDING);
    note(external());
    show("claim");
}

static void received(void) {
    MODEM_CONTROL = 0x10;
    INTERRUPT_ENABLE = 1;
    note(INTERRUPT_ID);
    note(external());
    DATA = 0x41;
    note(INTERRUPT_ID);
    note(LINE_STATUS);
    note(external());
    note(CLAIM);
    note(external());
    note(DATA);
    note(INTERRUPT_ID);
    CLAIM = SOURCE;
    note(external());
    INTERRUPT_ENABLE = 0;
    show("received");
}

static void order(void) {
    MODEM_CONTROL = 0x10;
    INTERRUPT_ENABLE = 0x07;
    DATA = 0x43;
    DATA = 0x44; /* overruns */
    for (int i = 0; i < 2; i++) note(INTERRUPT_ID);
    note(LINE_STATUS);
    note(INTERRUPT_ID);
    note(DATA);
    note(INTERRUPT_ID);
    note(INTERRUPT_ID);
    note(LINE_STATUS);
    INTERRUPT_ENABLE = 0;
    INTERRUPT_ENABLE = 2;
    note(INTERRUPT_ID);
    INTERRUPT_ENABLE = 0;
    show("order");
}

static void fifos(void) {
    MODEM_CONTROL = 0x10;
    FIFO_CONTROL = 0x47; /* cleared; trigger at 4 bytes */
    INTERRUPT_ENABLE = 1;
    for (uint8_t byte = 1; byte <= 4; byte++) DATA = byte;
    note(INTERRUPT_ID);
    for (uint8_t byte = 5; byte <= 17; byte++) DATA = byte;
    note(LINE_STATUS);
    note(LINE_STATUS);
    for (int i = 0; i < 13; i++) note(DATA);
    note(LINE_STATUS);
    FIFO_CONTROL = 0x43;
    note(LINE_STATUS);
    INTERRUPT_ENABLE = 0;
    note(INTERRUPT_ID);
    FIFO_CONTROL = 0;
    note(INTERRUPT_ID);
    show("fifos");
}

int main(void) {
    controller();
    received();
    order();
    fifos();
    finish(0);
}
