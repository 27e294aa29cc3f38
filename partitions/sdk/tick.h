/*
 * A periodic tick for C guests without interrupts: the machine timer is enabled but not taken, and `wfi` sleeps until it is
 * pending (RISC-V Privileged §3.3.3). Ticks lie at multiples of the period of board time, so they do not drift, and a guest
 * that starts late falls into step.
 */
#ifndef PARTITA_TICK_H
#define PARTITA_TICK_H

#include <stdint.h>

#define CLINT_MTIMECMP 0x02004000u
#define CLINT_MTIME 0x0200bff8u
#define MTIME_PER_MS 10000u /* mtime counts at 10 MHz */
#define MIE_MTIE (1u << 7)

static uint64_t tick_next;
static uint32_t tick_period;

static inline uint64_t tick_now(void) {
    volatile uint32_t *mtime = (volatile uint32_t *)CLINT_MTIME;
    uint32_t high, low;
    do {
        high = mtime[1];
        low = mtime[0];
    } while (high != mtime[1]);
    return (uint64_t)high << 32 | low;
}

/* Low half to its greatest first: no value between the old and the new one may fire (RISC-V Privileged §3.2.1). */
static inline void tick_arm(uint64_t at) {
    volatile uint32_t *mtimecmp = (volatile uint32_t *)CLINT_MTIMECMP;
    mtimecmp[0] = 0xffffffffu;
    mtimecmp[1] = (uint32_t)(at >> 32);
    mtimecmp[0] = (uint32_t)at;
}

/* The first tick is the next multiple of `period_ms`, now included. */
static inline void tick_start(uint32_t period_ms) {
    tick_period = period_ms * MTIME_PER_MS;
    tick_next = (tick_now() + tick_period - 1) / tick_period * tick_period;
    tick_arm(tick_next);
    __asm__ volatile("csrs mie, %0" ::"r"(MIE_MTIE));
}

/* Sleeps until the next tick. A tick that passed meanwhile returns at once: none is lost. */
static inline void tick_wait(void) {
    while (tick_now() < tick_next) __asm__ volatile("wfi");
    tick_next += tick_period;
    tick_arm(tick_next);
}

#endif
