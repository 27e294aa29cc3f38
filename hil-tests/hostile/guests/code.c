/* Attacks on whoever keeps translated code: instructions that are never twice the same. */
#include "attack.h"

#define RETURN 0x00008067u
#define ADD_TO_A0(number) ((uint32_t)(number) << 20 | 0x00050513u)

static uint32_t call(const void *code) {
    register uint32_t a0 __asm__("a0") = 0;
    __asm__ volatile("jalr %1" : "+r"(a0) : "r"(code) : "ra", "memory");
    return a0;
}

/* A function that is another one each time; `result` counts calls that still ran the old one. */
ATTACK(rewrite_a_function) {
    static uint32_t code[2] __attribute__((aligned(8))) = {0, RETURN};
    for (;; evidence.attempts++) {
        uint32_t number = evidence.attempts & 0x3ff;
        code[0] = ADD_TO_A0(number);
        __asm__ volatile(FENCE_I ::: "memory");
        evidence.result += call(code) != number;
    }
}

ATTACK(rewrite_without_a_fence) {
    static uint32_t code[2] __attribute__((aligned(8))) = {0, RETURN};
    for (;; evidence.attempts++) {
        *(volatile uint32_t *)code = ADD_TO_A0(evidence.attempts & 0x3ff);
        call(code);
    }
}

/* The store changes the instruction right behind it, 1 more or 2 more; `result` counts those that were still the old one. */
ATTACK(rewrite_the_next_instruction) {
    for (;; evidence.attempts++) {
        uint32_t number = 1 + (evidence.attempts & 1);
        register uint32_t a0 __asm__("a0") = 0;
        __asm__ volatile(".option push\n"
                         ".option norvc\n"
                         "la t0, 1f\n"
                         "sw %1, 0(t0)\n"
                         ".balign 4\n"
                         "1: addi a0, a0, 0\n"
                         ".option pop"
                         : "+r"(a0) : "r"(ADD_TO_A0(number)) : "t0", "memory");
        evidence.result += a0 != number;
    }
}

ATTACK(fence_storm) {
    for (;; evidence.attempts++) __asm__ volatile(FENCE_I "fence\n" FENCE_I);
}

/* Code that is executed once at each place, all over RAM. */
ATTACK(wander_through_ram) {
    for (uint32_t at = RAM_BASE + 0x8000;; at = at + 12 < RAM_END - 0x2000 ? at + 12 : RAM_BASE + 0x8000) {
        store(at, ADD_TO_A0(1));
        store(at + 4, RETURN);
        evidence.attempts += call((void *)at);
    }
}

/* Random words as instructions, with a way back from every trap; what jumps away for good is a hang or a fault. */
ATTACK(execute_random_words) {
    static uint32_t code[64] __attribute__((aligned(256)));
    survive_traps();
    for (;;) {
        for (uint32_t i = 0; i < 63; i++) code[i] = (next_random() & ~0x7fu) | (i % 3 == 0 ? 0x13 : i % 3 == 1 ? 0x33 : 0x53);
        for (uint32_t i = 0; i < 63; i++) code[i] = (code[i] & ~0xf80u) | 5u << 7;
        code[63] = RETURN;
        evidence.attempts++;
        __asm__ volatile(FENCE_I "jalr %0" ::"r"(code) : "ra", "t0", "memory");
    }
}
