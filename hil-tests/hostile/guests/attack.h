/* What the attacks share: how one is declared, what it leaves as evidence, and accesses that the compiler does not look through. */
#ifndef ATTACK_H
#define ATTACK_H

#include "partita.h"

#define RAM_BASE 0x80000000u
#define RAM_END 0x80010000u /* as the module gives it */
#define CLINT_BASE 0x02000000u
#define MSIP CLINT_BASE
#define MTIMECMP (CLINT_BASE + 0x4000)
#define MTIME (CLINT_BASE + 0xbff8)
#define PLIC_BASE 0x0c000000u
#define UART_BASE 0x10000000u
#define FINISHER 0x00100000u

#define LOWER_PORT 0 /* a source */
#define UPPER_PORT 1 /* a destination */

/* What the test reads of an attack's memory. */
struct evidence {
    uint32_t attempts; /* how often it tried */
    uint32_t traps;    /* how many traps it survived */
    uint32_t causes;   /* of those, one bit each */
    uint32_t result;   /* what else it has to show */
    uint32_t done;     /* 1 when it has come to its end */
};
extern volatile struct evidence evidence;

/* An output of the attacker's that a bystander sees. */
extern volatile uint32_t poison;

/* The module's config chooses one by the address of `name`; the pointer keeps it in the image. */
#define ATTACK_BEFORE_NORMAL(name) \
    static void name(void); \
    void (*attack_##name)(void) __attribute__((section(".data.attacks"))) = name; \
    static void name(void)

/* The same of a partition that is NORMAL. */
#define ATTACK(name) \
    static void name##_when_normal(void); \
    ATTACK_BEFORE_NORMAL(name) { \
        partita_write(PARTITA_MODE, PARTITA_MODE_NORMAL); \
        name##_when_normal(); \
    } \
    static void name##_when_normal(void)

#define CSR_READ(csr) ({ uint32_t v_; __asm__ volatile("csrr %0, " #csr : "=r"(v_)); v_; })
#define CSR_WRITE(csr, value) __asm__ volatile("csrw " #csr ", %0" ::"r"(value) : "memory")
#define CSR_SET(csr, bits) __asm__ volatile("csrs " #csr ", %0" ::"r"(bits) : "memory")
#define CSR_CLEAR(csr, bits) __asm__ volatile("csrc " #csr ", %0" ::"r"(bits) : "memory")

#define MIE_BIT (1u << 3)
#define MPP_BITS (3u << 11)

/* As a word: to name the extension would pick another libgcc. */
#define FENCE_I ".word 0x0000100f\n"

/* A handler that counts traps and goes on behind what trapped, or at `resume_at` when that is set, in M mode; interrupts it disables. */
void survivor(void);
extern volatile uint32_t resume_at;

static inline void survive_traps(void) { CSR_WRITE(mtvec, (uint32_t)survivor); }

static inline uint32_t load(uint32_t address) {
    uint32_t value = 0;
    __asm__ volatile("lw %0, 0(%1)" : "+r"(value) : "r"(address) : "memory");
    return value;
}

static inline void store(uint32_t address, uint32_t value) {
    __asm__ volatile("sw %0, 0(%1)" ::"r"(value), "r"(address) : "memory");
}

static inline void jump(uint32_t address) { __asm__ volatile("jr %0" ::"r"(address) : "memory"); }

/* A call that comes back whatever becomes of it, with `survivor` as the handler. */
void try_call(uint32_t address);

/* Loads and stores of every width at one address. */
void probe(uint32_t address, uint32_t value);

/* The same numbers in every run. */
uint32_t next_random(void);

#endif
