/* The board around the hart: QEMU's `virt` machine, or a partition, which also has the partita device. */
#include "../sdk/partita.h"
#include "kernel.h"

#define MAGIC 0x50415254u
#define FINISHER (*(volatile uint32_t *)0x00100000u)
#define FINISHER_PASS 0x5555u
#define FINISHER_FAIL 0x3333u

static bool has_hypervisor;

void board_init(void) {
    has_hypervisor = probe(PARTITA_BASE + PARTITA_MAGIC) == MAGIC;
}

bool board_has_hypervisor(void) { return has_hypervisor; }

/* Tells the hypervisor's health monitor, when there is one. */
void board_report(const char *text, uint32_t detail, bool is_stack_overflow) {
    if (!has_hypervisor) return;
    partita_write(PARTITA_ERROR_DETAIL, detail);
    partita_write(PARTITA_ERROR_MESSAGE, (uint32_t)text);
    partita_write(PARTITA_RAISE_ERROR, is_stack_overflow ? PARTITA_STACK_OVERFLOW : PARTITA_APPLICATION_ERROR);
}

_Noreturn void board_power_off(uint32_t code) {
    FINISHER = code == 0 ? FINISHER_PASS : code << 16 | FINISHER_FAIL;
    for (;;) __asm__ volatile("wfi");
}
