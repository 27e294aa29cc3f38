/* Reports as the RISC-V test programs do: an ecall from U mode ends it through tohost. It first prints a line by a request
   there. A byte on its UART says which of its tests shall fail; without one all pass. */
    .equ UART, 0x10000000
    .equ WRITE, 64
    .option norelax             /* gp holds the number of the test, not the global pointer */

    .section .text.start, "ax"
    .globl _start
_start:
    la t0, 1f
    csrw mtvec, t0
    csrw satp, zero             /* traps where there is no S mode, and goes on */
    .balign 4
1:  la t0, on_trap
    csrw mtvec, t0
    li t0, -1                   /* U mode may use all memory: one PMP entry, NAPOT, everything */
    csrw pmpaddr0, t0
    li t0, 0x1f
    csrw pmpcfg0, t0
    la t0, request
    la t1, text
    sw t1, 16(t0)
    la t2, tohost
    sw t0, 0(t2)
    sw zero, 4(t2)
    la t3, fromhost
1:  lw t0, 0(t3)
    beqz t0, 1b
    sw zero, 0(t3)
    la t0, tests
    csrw mepc, t0
    csrw mstatus, zero          /* MPP = U */
    mret

tests:
    li gp, 2
    la t0, request              /* the request's result: the bytes written */
    lw t1, 0(t0)
    lw t2, 24(t0)
    bne t1, t2, end
    li gp, 3
    lw t1, 4(t0)
    bnez t1, end
    li t0, UART
    lbu gp, 0(t0)
    bnez gp, end
    li gp, 1                    /* all passed */
    j verdict
end:
    slli gp, gp, 1
    ori gp, gp, 1
verdict:
    ecall

    .balign 4
on_trap:
    csrr t0, mcause
    li t1, 8                    /* ecall from U mode */
    beq t0, t1, 1f
    li gp, 1337                 /* anything else should not happen */
1:  la t0, tohost
2:  sw gp, 0(t0)
    sw zero, 4(t0)
    j 2b

    .section .rodata
text:
    .ascii "one doubleword each\n"
text_end:

    .data
    .balign 8
request:
    .dword WRITE, 1, 0, text_end - text
    .balign 64
    .globl tohost
tohost:
    .dword 0
    .balign 64
    .globl fromhost
fromhost:
    .dword 0
