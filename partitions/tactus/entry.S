/* Into the kernel and out of it: a trap saves all registers in the running task's frame (RISC-V Privileged §3.1.7). */
    .text

/* mscratch holds the running task's frame, and 0 while the kernel runs. */
    .globl trap_entry
    .balign 4
trap_entry:
    csrrw sp, mscratch, sp
    beqz sp, kernel_trap
    .irp n, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, \
        18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    sw x\n, 4 * \n(sp)
    .endr
    csrrw t0, mscratch, zero    /* the task's sp */
    csrr t1, mepc
    csrr t2, mstatus
    sw t0, 8(sp)
    sw t1, 128(sp)
    sw t2, 132(sp)
    .option push
    .option norelax
    la gp, __global_pointer$    /* a task may have put anything there */
    .option pop
    la sp, __stack_top
    call trap                   /* returns the frame to go on with */

/* _Noreturn void resume(struct frame *frame) */
    .globl resume
resume:
    csrw mscratch, a0
    sc.w zero, zero, (a0)       /* x[0]: ends a reservation that another task made */
    lw t0, 128(a0)
    lw t1, 132(a0)
    csrw mepc, t0
    csrw mstatus, t1
    .irp n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, \
        18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    lw x\n, 4 * \n(a0)
    .endr
    lw a0, 40(a0)
    mret

kernel_trap:
    la sp, __stack_top
    la a0, kernel_trap_text
    call panic

/* uint32_t probe(uint32_t address): the trap that a missing device causes goes to the end of this function. */
    .globl probe
probe:
    la t0, 1f
    csrrw t0, mtvec, t0
    mv t1, a0
    li a0, 0
    lw a0, 0(t1)
    .balign 4
1:  csrw mtvec, t0
    ret

/* void idle(uint32_t argument) */
    .globl idle
idle:
    wfi
    j idle

    .section .rodata
kernel_trap_text:
    .asciz "a trap within the kernel"
