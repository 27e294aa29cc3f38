/* Attacks by traps: handlers that are not there, that trap themselves, or that are called without end. */
#include "attack.h"

__attribute__((naked, aligned(4))) static void illegal(void) { __asm__ volatile(".word 0"); }

__attribute__((naked, aligned(4))) static void push_on_no_stack(void) {
    __asm__ volatile("sw ra, -4(sp)\n"
                     "mret");
}

static void trap(void) { __asm__ volatile(".word 0"); }

ATTACK(trap_without_a_handler) { trap(); }

ATTACK(breakpoint_without_a_handler) { __asm__ volatile("ebreak"); }

ATTACK(system_call_to_nobody) { __asm__ volatile("ecall"); }

ATTACK(trap_in_the_handler_for_ever) {
    CSR_WRITE(mtvec, (uint32_t)illegal);
    evidence.attempts++;
    trap();
    evidence.result = 1;
}

ATTACK(handler_in_nobodys_memory) {
    CSR_WRITE(mtvec, 0xdead0000);
    trap();
}

ATTACK(handler_in_a_device) {
    CSR_WRITE(mtvec, PARTITA_BASE);
    trap();
}

ATTACK(interrupt_without_a_handler) {
    store(MSIP, 1);
    CSR_WRITE(mie, 1u << 3);
    CSR_SET(mstatus, MIE_BIT);
    evidence.result = 1;
}

/* Vectored: the interrupt's entry lies behind the end of RAM. */
ATTACK(vector_behind_the_end_of_ram) {
    CSR_WRITE(mtvec, (RAM_END - 4) | 1);
    store(MSIP, 1);
    CSR_WRITE(mie, 1u << 3);
    CSR_SET(mstatus, MIE_BIT);
}

ATTACK(handler_that_is_data) {
    static uint32_t zeros[16] __attribute__((aligned(64)));
    CSR_WRITE(mtvec, (uint32_t)zeros);
    evidence.attempts++;
    trap();
    evidence.result = 1;
}

ATTACK(handler_without_a_stack) {
    CSR_WRITE(mtvec, (uint32_t)push_on_no_stack);
    evidence.attempts++;
    __asm__ volatile("li sp, 0\n"
                     "ecall");
    evidence.result = 1;
}

ATTACK(system_calls_without_end) {
    survive_traps();
    for (;; evidence.attempts++) __asm__ volatile("ecall\nebreak");
}

/* Words that no table knows, and some that it does; none of them jumps. */
ATTACK(illegal_instructions) {
    static uint32_t code[2] __attribute__((aligned(8))) = {0, 0x00008067};
    survive_traps();
    for (uint32_t i = 0; i < 1000; i++) {
        code[0] = (next_random() & ~0x7fu) | (i & 1 ? 0x0b : 0x6b);
        __asm__ volatile(FENCE_I);
        resume_at = 0;
        evidence.attempts++;
        __asm__ volatile("jalr %0" ::"r"(code) : "ra", "memory");
    }
}

ATTACK(return_from_no_trap) {
    survive_traps();
    for (uint32_t i = 0; i < 200; i++) {
        CSR_SET(mstatus, MPP_BITS);
        CSR_WRITE(mepc, i & 1 ? RAM_END + 4 * i : 4 * i);
        evidence.attempts++;
        __asm__ volatile("la t0, 1f\n"
                         "sw t0, %0\n"
                         "mret\n"
                         "1:"
                         : "=m"(resume_at)::"t0", "memory");
    }
}
