/* Starts the attack that the module's config has chosen, and keeps what it leaves as evidence. */
#include "attack.h"

volatile struct evidence evidence;
volatile uint32_t resume_at;
volatile uint32_t poison;
/* An input of the module: the address of the attack to start. */
volatile uint32_t chosen;

__attribute__((interrupt("machine"), aligned(64))) void survivor(void) {
    uint32_t cause = CSR_READ(mcause), at = CSR_READ(mepc);
    evidence.traps++;
    if (cause >> 31) {
        CSR_CLEAR(mie, 1u << (cause & 31));
        return;
    }
    evidence.causes |= 1u << cause;
    if (resume_at != 0) {
        CSR_SET(mstatus, MPP_BITS);
        CSR_WRITE(mepc, resume_at);
        resume_at = 0;
    } else {
        CSR_WRITE(mepc, at + ((*(volatile uint16_t *)at & 3) == 3 ? 4 : 2));
    }
}

__attribute__((noinline)) void try_call(uint32_t address) {
    evidence.attempts++;
    __asm__ volatile("la t1, 1f\n"
                     "sw t1, %1\n"
                     "jalr %0\n"
                     "1:"
                     : "+r"(address), "=m"(resume_at)::"ra", "t0", "t1", "t2", "a0", "a1", "memory");
    resume_at = 0;
}

void probe(uint32_t address, uint32_t value) {
    evidence.attempts += 6;
    __asm__ volatile("lb t0, 0(%0)\n"
                     "lh t0, 0(%0)\n"
                     "lw t0, 0(%0)\n"
                     "sb %1, 0(%0)\n"
                     "sh %1, 0(%0)\n"
                     "sw %1, 0(%0)" ::"r"(address), "r"(value) : "t0", "memory");
}

uint32_t next_random(void) {
    static uint32_t state = 2463534242u;
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state;
}

int main(void) {
    partita_write(PARTITA_LATCH_INPUTS, 1);
    ((void (*)(void))chosen)();
    evidence.done = 1;
    for (;;) __asm__ volatile("wfi");
}
