/* Attacks on memory: addresses that belong to nobody, to others, or to what the attacker needs itself. */
#include "attack.h"

#define DEVICE_TREE (RAM_END - 0x1000)

ATTACK(read_null) { evidence.result = load(0); }

ATTACK(read_below_ram) { evidence.result = load(RAM_BASE - 4); }

ATTACK(write_above_ram) { store(RAM_END, 0xdeadbeef); }

ATTACK(write_across_the_end_of_ram) { store(RAM_END - 2, 0xdeadbeef); }

/* On hardware without protection the next partition's memory would follow its own. */
ATTACK(read_the_neighbours_memory) {
    survive_traps();
    for (uint32_t address = RAM_END; address < RAM_END + 0x40000; address += 0x1000, evidence.attempts++) load(address + 8);
}

ATTACK(write_the_neighbours_memory) {
    survive_traps();
    for (uint32_t address = RAM_END; address < RAM_END + 0x40000; address += 0x1000, evidence.attempts++) store(address, address);
}

/* All 4 GiB, in steps that meet devices at odd places. */
ATTACK(read_everywhere) {
    survive_traps();
    for (uint32_t address = 0; evidence.attempts < 1024; address += 0x3ffffc, evidence.attempts++) load(address);
}

ATTACK(write_everywhere) {
    survive_traps();
    for (uint32_t address = 0; evidence.attempts < 1024; address += 0x400004, evidence.attempts++)
        if (address < RAM_BASE || address >= RAM_END) store(address, 0x55555555);
}

ATTACK(atomics_everywhere) {
    static const uint32_t places[] = {0, FINISHER, CLINT_BASE, PARTITA_BASE + 0x80, PLIC_BASE, UART_BASE, RAM_BASE - 4, RAM_END, 0xfffffffcu};
    survive_traps();
    for (uint32_t i = 0; i < sizeof places / sizeof *places; i++, evidence.attempts += 3) {
        uint32_t value = 1;
        __asm__ volatile("amoadd.w %0, %0, (%1)\n"
                         "lr.w %0, (%1)\n"
                         "sc.w %0, %0, (%1)"
                         : "+r"(value) : "r"(places[i]) : "memory");
    }
}

/* Reservations that are not there, of other addresses, and behind other stores; `result` counts those that held. */
ATTACK(misuse_reservations) {
    static uint32_t mine[2];
    survive_traps();
    for (; evidence.attempts < 300; evidence.attempts += 3) {
        uint32_t failed[3];
        __asm__ volatile("sc.w %0, zero, (%3)\n"
                         "lr.w %1, (%3)\n"
                         "sc.w %1, zero, (%4)\n"
                         "lr.w %2, (%3)\n"
                         "sw zero, 0(%3)\n"
                         "sc.w %2, zero, (%3)"
                         : "=&r"(failed[0]), "=&r"(failed[1]), "=&r"(failed[2]) : "r"(&mine[0]), "r"(&mine[1]) : "memory");
        evidence.result += (failed[0] == 0) + (failed[1] == 0) + (failed[2] == 0);
    }
}

ATTACK(overwrite_its_device_tree) {
    for (uint32_t address = DEVICE_TREE; address < RAM_END; address += 4, evidence.attempts++) store(address, 0xffffffff);
    evidence.result = load(DEVICE_TREE);
}

/* Its code lies at the start: it executes what it has just written, zeros. */
ATTACK(overwrite_all_its_memory) {
    for (uint32_t address = RAM_END;;) store(address -= 4, 0);
}

ATTACK(overwrite_the_input_area) {
    for (;; evidence.attempts++) {
        uint32_t base = partita_read(PARTITA_INPUT_BASE), size = partita_read(PARTITA_INPUT_SIZE);
        for (uint32_t i = 0; i < size; i += 4) store(base + i, 0xdeadbeef);
        partita_write(PARTITA_LATCH_INPUTS, 1);
    }
}
