/* Attacks on the hart: privileges, protection, control registers and floating point. */
#include "attack.h"

#define LOCKED_ALL_OF_MEMORY 0x98u /* L, NAPOT, no permission */
#define LOCKED_READ_ONLY 0x99u

static void in_user_mode(void) {
    __asm__ volatile("csrr t0, mstatus\n"
                     "csrw mtvec, zero\n"
                     "csrw mscratch, zero\n"
                     "csrw 0x3a0, zero\n"
                     "mret\n"
                     "lw t0, 0(zero)\n"
                     "csrw mepc, zero" ::: "t0");
    for (;; evidence.attempts++) __asm__ volatile("ecall");
}

/* U mode with all of RAM open to it: what it must not do traps, and nothing else becomes of it. */
ATTACK(user_mode_that_wants_to_be_more) {
    survive_traps();
    CSR_WRITE(0x3bf, 0xffffffff);
    CSR_WRITE(0x3a3, 0x1f000000);
    CSR_CLEAR(mstatus, MPP_BITS);
    CSR_WRITE(mepc, (uint32_t)in_user_mode);
    __asm__ volatile("mret");
}

/* No entry permits it anything: not even its first instruction can be fetched. */
ATTACK(user_mode_without_any_memory) {
    survive_traps();
    for (uint32_t i = 0; i < 300; i++, evidence.attempts++) {
        CSR_CLEAR(mstatus, MPP_BITS);
        CSR_WRITE(mepc, (uint32_t)in_user_mode);
        __asm__ volatile("la t0, 1f\n"
                         "sw t0, %0\n"
                         "mret\n"
                         "1:"
                         : "=m"(resume_at)::"t0", "memory");
    }
}

/* Everything is locked, the handler too. */
ATTACK(lock_itself_out) {
    survive_traps();
    CSR_WRITE(0x3b0, 0xffffffff);
    CSR_WRITE(0x3a0, LOCKED_ALL_OF_MEMORY);
    evidence.result = 1;
}

/* It can be neither executed nor written any more, until a reset. */
ATTACK(lock_itself_read_only) {
    CSR_WRITE(0x3b0, 0xffffffff);
    CSR_WRITE(0x3a0, LOCKED_READ_ONLY);
    evidence.result = 1;
}

ATTACK(storm_of_protection) {
    survive_traps();
    for (;; evidence.attempts++) {
        CSR_WRITE(0x3b1, next_random());
        CSR_WRITE(0x3b2, next_random());
        CSR_WRITE(0x3a0, next_random() & 0x7f7f7f7f);
    }
}

/* Loads and stores with the rights of U mode, which has none. */
ATTACK(lend_its_rights) {
    survive_traps();
    for (; evidence.attempts < 200; evidence.attempts++) {
        CSR_CLEAR(mstatus, MPP_BITS);
        __asm__ volatile("csrs mstatus, %1\n"
                         "lw t0, 0(%0)\n"
                         "csrc mstatus, %1" ::"r"(&evidence), "r"(1u << 17) : "t0", "memory");
    }
}

/* csrrw t0, CSR, t0 for every register there could be, but the one that holds its handler and those that lock. */
ATTACK(every_control_register) {
    static uint32_t code[2] __attribute__((aligned(8))) = {0, 0x00008067};
    survive_traps();
    for (uint32_t csr = 0; csr < 0x1000; csr++) {
        if (csr == 0x305 || csr == 0x300 || csr == 0x304 || (csr >= 0x3a0 && csr < 0x3f0)) continue;
        code[0] = csr << 20 | 5 << 15 | 1 << 12 | 5 << 7 | 0x73;
        evidence.attempts++;
        __asm__ volatile(FENCE_I
                         "li t0, -1\n"
                         "jalr %0" ::"r"(code) : "ra", "t0", "memory");
    }
}

ATTACK(floating_point_that_is_off) {
    survive_traps();
    CSR_CLEAR(mstatus, 3u << 13);
    for (; evidence.attempts < 300; evidence.attempts++) __asm__ volatile("fadd.s ft0, ft0, ft0\nflw ft0, 0(sp)\ncsrr t0, fcsr" ::: "t0");
}

/* Every flag there is, in every rounding mode, reserved ones too. */
ATTACK(exhaust_float_flags) {
    volatile float zero = 0, huge = 3e38f, tiny = 1e-38f, third = 3;
    survive_traps();
    for (uint32_t mode = 0; mode < 8; mode++, evidence.attempts++) {
        CSR_WRITE(frm, mode);
        volatile float sink = zero / zero;
        sink = 1 / zero;
        sink = huge * huge;
        sink = tiny * tiny;
        sink = 1 / third;
        (void)sink;
    }
    CSR_WRITE(frm, 0);
    evidence.result = CSR_READ(fflags);
}

ATTACK(divide_by_zero) {
    volatile int32_t zero = 0, least = -0x7fffffff - 1, minus = -1;
    survive_traps();
    for (; evidence.attempts < 1000; evidence.attempts++) {
        volatile int32_t sink = 7 / zero;
        sink = 7 % zero;
        evidence.result = (uint32_t)sink;
        sink = least / minus;
        sink = least % minus;
    }
}

ATTACK(stop_its_counters) {
    CSR_WRITE(mcountinhibit, 0xffffffff);
    for (;; evidence.attempts++) {
        CSR_WRITE(mcycle, 0);
        CSR_WRITE(mcycleh, 0xffffffff);
        CSR_WRITE(minstret, 0xffffffff);
    }
}
