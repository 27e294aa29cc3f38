/* Meets the board: UART registers, traps with their causes, timer and software interrupts. Prints what it finds. */
#include "print.h"

#define MSIP 0x02000000u
#define MTIMECMP 0x02004000u
#define MTIME 0x0200bff8u
#define CAUSE_INTERRUPT 0x80000000u

static volatile uint32_t ticks;
static volatile uint32_t software;
static volatile uint32_t cause;
static volatile uint32_t value;
extern const uint32_t trapping[];

static uint64_t now(void) {
    uint32_t high, low;
    do {
        high = REGISTER32(MTIME + 4);
        low = REGISTER32(MTIME);
    } while (high != REGISTER32(MTIME + 4));
    return (uint64_t)high << 32 | low;
}

static void set_timer(uint64_t at) {
    REGISTER32(MTIMECMP) = 0xffffffff;
    REGISTER32(MTIMECMP + 4) = (uint32_t)(at >> 32);
    REGISTER32(MTIMECMP) = (uint32_t)at;
}

__attribute__((interrupt("machine"), aligned(4))) static void on_trap(void) {
    uint32_t why = READ_CSR(mcause);
    if (why == (CAUSE_INTERRUPT | 7)) {
        ticks++;
        set_timer(now() + 2000);
    } else if (why == (CAUSE_INTERRUPT | 3)) {
        software++;
        REGISTER32(MSIP) = 0;
    } else {
        cause = why;
        value = READ_CSR(mtval);
        uint32_t pc = READ_CSR(mepc);
        WRITE_CSR(mepc, pc + ((*(volatile uint16_t *)pc & 3) == 3 ? 4 : 2));
    }
}

#define TRAP(name, instruction)                                                              \
    do {                                                                                     \
        cause = value = 0;                                                                   \
        __asm__ volatile(instruction ::: "memory", "t0", "t1");                              \
        print("%s: cause %u value %x\n", name, cause, value);                                \
    } while (0)

static void traps(void) {
    TRAP("ecall", "ecall");
    TRAP("illegal word", ".4byte 0xffffffff");
    TRAP("illegal half", ".2byte 0");
    TRAP("unknown csr", "csrr t0, 0x7ff");
    TRAP("read-only csr", "csrw mhartid, t0");
    TRAP("load nowhere", "li t0, 0x28000000\n lw t1, 8(t0)");
    TRAP("store nowhere", "li t0, 0x28000000\n sb t1, 3(t0)");
    TRAP("misaligned atomic", "la t0, trapping + 2\n .option push\n .option norvc\n lr.w t1, (t0)\n .option pop");
}

__asm__(".section .rodata\n .balign 8\n trapping: .4byte 1, 2\n .text");

static void uart(void) {
    print("lsr %x iir %x ier %x lcr %x\n", REGISTER8(UART + 5), REGISTER8(UART + 2), REGISTER8(UART + 1),
          REGISTER8(UART + 3));
    REGISTER8(UART + 7) = 0x5a;
    print("scratch %x msr %x\n", REGISTER8(UART + 7), REGISTER8(UART + 6));
    REGISTER8(UART + 3) = 0x83;
    REGISTER8(UART) = 0x34;
    REGISTER8(UART + 1) = 0x12;
    uint8_t low = REGISTER8(UART), high = REGISTER8(UART + 1), control = REGISTER8(UART + 3);
    REGISTER8(UART + 3) = 0x03;
    print("divisor %x %x lcr %x then %x\n", low, high, control, REGISTER8(UART + 3));
    REGISTER8(UART + 2) = 0x01;
    print("fifo iir %x\n", REGISTER8(UART + 2));
    REGISTER8(UART + 1) = 0x02;
    uint8_t first = REGISTER8(UART + 2), second = REGISTER8(UART + 2);
    REGISTER8(UART + 1) = 0x00;
    REGISTER8(UART + 2) = 0x00;
    print("transmitter empty %x then %x\n", first, second);
    REGISTER8(UART + 4) = 0x10;
    uint8_t quiet = REGISTER8(UART + 6) & 0xf0;
    REGISTER8(UART + 4) = 0x1f;
    uint8_t all = REGISTER8(UART + 6) & 0xf0;
    REGISTER8(UART + 4) = 0x00;
    print("loopback %x %x\n", quiet, all);
}

static void interrupts(void) {
    SET_CSR(mie, 1 << 7 | 1 << 3);
    set_timer(now() + 2000);
    SET_CSR(mstatus, 1 << 3);
    while (ticks < 5) __asm__ volatile("wfi");
    uint64_t begin = now();
    while (ticks < 8) {
    }
    CLEAR_CSR(mie, 1 << 7);
    print("ticks %d, time passed %d\n", ticks >= 8, now() - begin >= 2 * 2000);
    REGISTER32(MSIP) = 1;
    while (software == 0) {
    }
    print("software %u msip %u mip %x\n", software, REGISTER32(MSIP), READ_CSR(mip) & ~(1u << 7));
}

int main(void) {
    WRITE_CSR(mtvec, on_trap);
    traps();
    uart();
    interrupts();
    finish(0);
}
