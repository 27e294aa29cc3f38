/* Attacks by jumps to where no code is, or where it is not meant to begin. */
#include "attack.h"

ATTACK(jump_to_null) { jump(0); }

ATTACK(jump_above_ram) { jump(RAM_END); }

ATTACK(jump_into_a_device) { jump(PARTITA_BASE); }

ATTACK(jump_into_the_uart) { jump(UART_BASE); }

ATTACK(jump_into_zeros) {
    static uint32_t zeros[16];
    jump((uint32_t)zeros);
}

/* Its instruction's second half would be in nobody's memory. */
ATTACK(jump_across_the_end_of_ram) {
    *(volatile uint16_t *)(RAM_END - 2) = 0x0013;
    jump(RAM_END - 2);
}

/* Odd addresses, every one of its own code's halfwords, and places outside. */
ATTACK(jump_everywhere) {
    survive_traps();
    for (uint32_t address = 0; evidence.attempts < 1000; address += 0x418937) {
        if (address < RAM_BASE || address >= RAM_END) try_call(address);
        else evidence.attempts++;
    }
}

/* The upper half of each constant is `ret`, and so is the lower one of the next: neither is where the assembler put code. */
ATTACK(jump_into_the_midst_of_instructions) {
    static const uint32_t hidden[] = {0x8082f537, 0x8082f5b7, 0x80820537};
    survive_traps();
    for (uint32_t i = 0; i < 300; i++) try_call((uint32_t)&hidden[i % 3] + 2);
}

ATTACK(jump_table_of_random_addresses) {
    survive_traps();
    for (uint32_t i = 0; i < 500; i++) try_call(next_random() | 1u << 30);
}
