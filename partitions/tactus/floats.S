/* The 32 floating-point registers and fcsr, to and from memory; mstatus.FS must not be Off. */
    .text

/* void floats_save(struct floats *into) */
    .globl floats_save
floats_save:
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, \
        18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    fsd f\n, 8 * \n(a0)
    .endr
    frcsr t0
    sw t0, 256(a0)
    ret

/* void floats_load(const struct floats *from) */
    .globl floats_load
floats_load:
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, \
        18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    fld f\n, 8 * \n(a0)
    .endr
    lw t0, 256(a0)
    fscsr t0
    ret
