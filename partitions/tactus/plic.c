/* The platform-level interrupt controller: one source, for machine mode on hart 0 (RISC-V PLIC specification 1.0). */
#include "kernel.h"

#define PLIC 0x0c000000u
#define PRIORITY(source) (PLIC + 4 * (source))
#define ENABLE (PLIC + 0x2000) /* of context 0, sources 0 … 31 */
#define THRESHOLD (PLIC + 0x200000)
#define CLAIM_COMPLETE (PLIC + 0x200004)

static volatile uint32_t *at(uint32_t address) { return (volatile uint32_t *)address; }

void plic_init(void) {
    *at(ENABLE) = 0;
    *at(THRESHOLD) = 0;
    csr_set(mie, MIE_EXTERNAL);
}

void plic_enable(uint32_t source) {
    *at(PRIORITY(source)) = 1;
    *at(ENABLE) |= 1u << source;
}

/* A claim of 0 says that there is none left. */
void plic_dispatch(void) {
    for (uint32_t source; (source = *at(CLAIM_COMPLETE)) != 0; *at(CLAIM_COMPLETE) = source) {
        if (source == UART_INTERRUPT) console_interrupt();
    }
}
