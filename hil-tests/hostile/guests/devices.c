/* Attacks on the devices of its own board: every register, width and direction, and calls with wild arguments. */
#include "attack.h"

#include "port.h"

/* Asking for another mode would end the sweep: `lifecycle.c` does that. */
static int ends_the_run(uint32_t offset) { return offset == PARTITA_MODE; }

ATTACK(every_register_of_the_partita_device) {
    survive_traps();
    for (uint32_t offset = 0; offset < 0x1000; offset += 4)
        if (!ends_the_run(offset)) probe(PARTITA_BASE + offset, next_random());
}

ATTACK(misaligned_registers) {
    survive_traps();
    for (uint32_t offset = 1; offset < 0x400; offset += offset % 4 == 3 ? 2 : 1)
        if (!ends_the_run(offset & ~3u)) probe(PARTITA_BASE + offset, 0x01010101);
}

ATTACK(every_register_of_the_clint) {
    survive_traps();
    for (uint32_t offset = 0; offset < 0xc000; offset += 0x44) probe(CLINT_BASE + offset, next_random());
    for (uint32_t offset = 0x3ff0; offset < 0x4020; offset += 1) probe(CLINT_BASE + offset, next_random());
    for (uint32_t offset = 0xbfe8; offset < 0xc008; offset += 1) probe(CLINT_BASE + offset, next_random());
}

ATTACK(every_register_of_the_plic) {
    survive_traps();
    for (uint32_t offset = 0; offset < 0x600000; offset += 0x3ffc) probe(PLIC_BASE + offset, next_random());
    for (uint32_t offset = 0; offset < 0x200; offset += 4) probe(PLIC_BASE + offset, 0xffffffff);
    for (uint32_t offset = 0x1fffe0; offset < 0x200020; offset += 2) probe(PLIC_BASE + offset, 0xffffffff);
}

ATTACK(every_register_of_the_uart) {
    survive_traps();
    for (uint32_t round = 0; round < 16; round++)
        for (uint32_t offset = 0; offset < 16; offset++) probe(UART_BASE + offset, next_random());
}

/* All values but the three that mean something: low halves 0x5555, 0x3333 and 0x7777. */
ATTACK(every_register_of_the_finisher) {
    survive_traps();
    for (uint32_t offset = 0; offset < 0x1000; offset += 0x10) probe(FINISHER + offset, 0x12340000 + offset);
}

ATTACK(interrupts_that_nobody_serves) {
    survive_traps();
    CSR_WRITE(mie, 0x888);
    CSR_SET(mstatus, MIE_BIT);
    store(PLIC_BASE + 4 * 10, 7);
    store(PLIC_BASE + 0x2000, 0xffffffff);
    store(UART_BASE, 0);
    for (;; evidence.attempts++) {
        *(volatile uint8_t *)(UART_BASE + 1) = 0;
        *(volatile uint8_t *)(UART_BASE + 1) = 0xff;
        CSR_SET(mie, 0x888);
    }
}

/* Buffers, lengths and ports that are not there, in all combinations; `result` counts what was taken. */
ATTACK(wild_port_calls) {
    static const uint32_t ports[] = {0, 1, 2, 0x7fffffff, 0xfffffffe, 0xffffffff};
    static const uint32_t places[] = {0, 4, RAM_BASE - 4, RAM_END - 4, RAM_END, PARTITA_BASE, 0x7fffffff, 0xfffffffc, 0xffffffff};
    static const uint32_t lengths[] = {0, 5, 8, 0x10000, 0x7fffffff, 0x80000000, 0xfffffff8, 0xffffffff};
    static const uint32_t commands[] = {0, 1, 2, 3, 0xffffffff};
    survive_traps();
    for (uint32_t i = 0; i < 6 * 9 * 8 * 5; i++, evidence.attempts++) {
        partita_write(PARTITA_PORT_SELECT, ports[i % 6]);
        partita_write(PARTITA_PORT_BUFFER, places[i / 6 % 9]);
        partita_write(PARTITA_PORT_LENGTH, lengths[i / 54 % 8]);
        partita_write(PARTITA_PORT_COMMAND, commands[i / 432]);
        evidence.result += partita_read(PARTITA_PORT_STATUS) == PARTITA_NO_ERROR;
        partita_read(PARTITA_PORT_AVAILABLE);
        partita_read(PARTITA_PORT_MAX_MESSAGE);
    }
}

/* A message that lies over the code that sends it, and one received over it. */
ATTACK(receive_over_its_own_code) {
    for (;; evidence.attempts++) port_receive(UPPER_PORT, (void *)RAM_BASE, 8);
}

/* Texts without an end, at the end of RAM, outside, and of bytes that no text has. */
ATTACK(wild_texts) {
    static const uint32_t places[] = {0, RAM_BASE - 1, RAM_END - 1, RAM_END - 64, RAM_END, PARTITA_BASE, 0xffffffff};
    survive_traps();
    for (uint32_t address = RAM_END - 256; address < RAM_END; address += 4) store(address, next_random() | 0x80808080);
    for (uint32_t i = 0; i < 7; i++, evidence.attempts += 2) {
        evidence.result += port_find((const char *)places[i]) != PORT_NONE;
        partita_write(PARTITA_ERROR_MESSAGE, places[i]);
        partita_write(PARTITA_RAISE_ERROR, 1 + i);
    }
}
