/* Attacks on time: guests that never give the hart back. */
#include "attack.h"

#define TIMER (1u << 7)
#define SOFTWARE (1u << 3)

ATTACK(spin) {
    for (;;) evidence.attempts++;
}

ATTACK(spin_on_one_instruction) {
    evidence.attempts++;
    __asm__ volatile("1: j 1b");
}

ATTACK(spin_with_interrupts_off) {
    CSR_CLEAR(mstatus, MIE_BIT);
    CSR_WRITE(mie, 0);
    for (;;) evidence.attempts++;
}

/* Nothing is enabled that could end it. */
ATTACK(sleep_for_ever) {
    CSR_WRITE(mie, 0);
    evidence.attempts++;
    __asm__ volatile("wfi");
    evidence.result = 1;
}

/* The timer is due, so that no wfi sleeps. */
ATTACK(never_fall_asleep) {
    CSR_CLEAR(mstatus, MIE_BIT);
    store(MTIMECMP, 0);
    store(MTIMECMP + 4, 0);
    CSR_WRITE(mie, TIMER);
    for (;; evidence.attempts++) __asm__ volatile("wfi");
}

__attribute__((naked, aligned(4))) static void return_at_once(void) {
    __asm__ volatile("csrrw t6, mscratch, t6\n"
                     "addi t6, t6, 1\n"
                     "csrrw t6, mscratch, t6\n"
                     "mret");
}

/* The line stays asserted: not one instruction gets done between two interrupts. `result`, behind them, stays 0. */
ATTACK(interrupt_storm) {
    CSR_WRITE(mtvec, (uint32_t)return_at_once);
    CSR_WRITE(mscratch, 0);
    store(MTIMECMP, 0);
    store(MTIMECMP + 4, 0);
    store(MSIP, 1);
    CSR_WRITE(mie, TIMER | SOFTWARE);
    evidence.attempts++;
    CSR_SET(mstatus, MIE_BIT);
    evidence.result = 1;
}

/* Deadlines a tick away, over and over, and each of them missed or met. */
ATTACK(timer_storm) {
    survive_traps();
    for (;; evidence.attempts++) {
        CSR_CLEAR(mstatus, MIE_BIT);
        store(MTIMECMP + 4, 0xffffffff);
        store(MTIMECMP, load(MTIME) + (evidence.attempts & 3));
        store(MTIMECMP + 4, load(MTIME + 4));
        CSR_SET(mie, TIMER);
        __asm__ volatile("wfi");
        CSR_SET(mstatus, MIE_BIT);
    }
}

/* A time that never comes, and one that is long over. */
ATTACK(absurd_deadlines) {
    static const uint32_t halves[] = {0, 1, 0x7fffffff, 0x80000000, 0xffffffff};
    survive_traps();
    for (uint32_t i = 0; i < 25; i++, evidence.attempts++) {
        store(MTIMECMP, halves[i % 5]);
        store(MTIMECMP + 4, halves[i / 5]);
        CSR_SET(mie, TIMER);
        CSR_SET(mstatus, MIE_BIT);
        evidence.result += load(MTIMECMP) == halves[i % 5] && load(MTIMECMP + 4) == halves[i / 5];
    }
}
