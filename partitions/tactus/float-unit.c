/*
 * The floating-point registers change hands lazily: they stay as they are until another task uses floating point, which
 * traps because its mstatus.FS is Off (RISC-V Privileged §3.1.6.6). Tasks without floats never pay for them.
 */
#include <stddef.h>

#include "kernel.h"

static struct task *holder; /* of the registers' contents */

/* The next task finds floating point on when the registers are its own. */
void floats_follow(struct task *next) {
    uint32_t unit = next == holder ? next->frame.mstatus & MSTATUS_FS : 0;
    next->frame.mstatus = (next->frame.mstatus & ~MSTATUS_FS) | unit;
}

/* After an illegal instruction: gives the running task the registers, when it did not have them. */
bool floats_give(void) {
    if ((current->frame.mstatus & MSTATUS_FS) != 0) return false;
    csr_set(mstatus, MSTATUS_FS_CLEAN);
    if (holder != NULL && (holder->frame.mstatus & MSTATUS_FS) == MSTATUS_FS_DIRTY) floats_save(&holder->floats);
    floats_load(&current->floats);
    holder = current;
    current->frame.mstatus |= MSTATUS_FS_CLEAN;
    return true;
}

/* The task is gone; one that starts in its place begins with zeros. */
void floats_forget(struct task *task) {
    if (holder == task) holder = NULL;
    task->floats = (struct floats){ 0 };
}
