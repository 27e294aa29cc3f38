/* Start-up code for C guests: registers, floating point and zeroed variables, then main (RISC-V psABI). */
    .section .text.entry, "ax"
    .globl _start
_start:
    tail start_up

    .section .text.start, "ax"
start_up:
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    la sp, __stack_top
    li t0, 1 << 13              /* mstatus.FS = Initial: floating point on */
    csrs mstatus, t0
    csrw fcsr, zero

    la t0, __bss_start
    la t1, __bss_end
1:  bgeu t0, t1, 2f
    sw zero, 0(t0)
    addi t0, t0, 4
    j 1b

2:  call main
    /* A guest whose main returns is done: it asks for IDLE, and sleeps should it be run without a hypervisor. */
    li t0, 0x04000000           /* PARTITA_BASE */
    sw zero, 0x010(t0)          /* PARTITA_MODE := PARTITA_MODE_IDLE */
3:  wfi
    j 3b
