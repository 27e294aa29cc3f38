/* Attacks by its own stack: too deep, or where none can be. */
#include "attack.h"

/* Too deep for any stack; the volatile array keeps it from being a loop. */
static __attribute__((noinline)) uint32_t descend(uint32_t depth) {
    volatile uint32_t frame[16];
    frame[depth & 15] = depth;
    evidence.attempts = depth;
    return descend(depth + 1) + frame[depth & 15];
}

/* It grows down to the end of RAM, below which nothing is: its data and its code stay whole. */
ATTACK(recursion_without_end) { evidence.result = descend(1); }

#define WITH_STACK_AT(address) \
    __asm__ volatile("mv sp, %0\n" \
                     "1: addi sp, sp, -16\n" \
                     "sw ra, 12(sp)\n" \
                     "sw sp, 8(sp)\n" \
                     "j 1b" ::"r"(address) : "memory")

ATTACK(stack_in_nobodys_memory) { WITH_STACK_AT(0x40000000); }

/* It pushes itself down through the device's registers, doorbells among them, until one of them objects. */
ATTACK(stack_in_the_partita_device) { WITH_STACK_AT(PARTITA_BASE + 0xd4); }

ATTACK(stack_in_the_uart) { WITH_STACK_AT(UART_BASE + 0x10); }

ATTACK(stack_that_wraps_around) { WITH_STACK_AT(8); }
