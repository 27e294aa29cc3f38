/* What the test programs share: text on the UART and an end, on any board like QEMU's riscv32 `virt`. */
#ifndef PRINT_H
#define PRINT_H

#include <stdint.h>

#define REGISTER8(address) (*(volatile uint8_t *)(address))
#define REGISTER32(address) (*(volatile uint32_t *)(address))
#define UART 0x10000000u

#define READ_CSR(name) ({ uint32_t value; __asm__ volatile("csrr %0, " #name : "=r"(value)); value; })
#define WRITE_CSR(name, value) __asm__ volatile("csrw " #name ", %0" ::"r"(value) : "memory")
#define SET_CSR(name, bits) __asm__ volatile("csrs " #name ", %0" ::"r"(bits) : "memory")
#define CLEAR_CSR(name, bits) __asm__ volatile("csrc " #name ", %0" ::"r"(bits) : "memory")

/* %d %u %x (8 digits) %s %c */
void print(const char *format, ...);

/* Powers the board off; 0: passed. */
void finish(uint32_t code) __attribute__((noreturn));

#endif
