/* Where the kernel begins, where traps come in, and where it gives up. */
#include <stddef.h>

#include "kernel.h"
#include "text.h"

#define INTERRUPT 0x80000000u
enum { CALL_FROM_U = 8, EXTERNAL_INTERRUPT = 11 };

void trap_entry(void);

static void check_application(void) {
    if (application.task_count > TASKS_MAX) panic("more tasks than TASKS_MAX");
    if (application.mutex_count > MUTEXES_MAX) panic("more mutexes than MUTEXES_MAX");
    if (application.queue_count > QUEUES_MAX) panic("more queues than QUEUES_MAX");
}

/* From crt.S, with variables zeroed. */
int main(void) {
    csr_write(mscratch, 0);
    csr_write(mtvec, trap_entry);
    board_init();
    plic_init();
    console_init();
    check_application();
    tasks_init();
    csr_set(mie, MIE_TIMER);
    resume(schedule());
}

/* From entry.S, with the running task's registers in its frame. Returns the frame to go on with. */
struct frame *trap(void) {
    uint32_t cause = csr_read(mcause);
    if (cause == CALL_FROM_U) system_call_enter();
    else if (cause == (INTERRUPT | EXTERNAL_INTERRUPT)) plic_dispatch();
    else if ((cause & INTERRUPT) == 0) fault_enter(cause);
    /* The timer's interrupt has nothing to do but to bring us here. */
    return schedule();
}

/* The kernel itself is at fault, or the application's declaration; nobody is left who could go on. */
_Noreturn void panic(const char *reason) {
    char bytes[96];
    struct text text = text_into(bytes, sizeof bytes);
    text_add(&text, "tactus: ");
    text_add(&text, reason);
    text_add(&text, ", mcause ");
    text_hexadecimal(&text, csr_read(mcause));
    text_add(&text, ", mepc ");
    text_hexadecimal(&text, csr_read(mepc));
    text_character(&text, '\n');
    console_say(bytes, text.length);
    console_drain();
    board_power_off(1);
}
