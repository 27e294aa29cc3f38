/*
 * Time. There is no fixed tick: the timer of the CLINT is armed for the next instant at which something is due (RISC-V
 * Privileged §3.2.1). mtime also runs while a hypervisor gives the hart to others; what became due meanwhile is then
 * late, not lost.
 */
#include "../sdk/tick.h"
#include "kernel.h"

instant clock_now(void) { return tick_now(); }

void clock_arm(instant at) {
    static instant armed;
    if (at == armed) return;
    armed = at;
    tick_arm(at);
}
