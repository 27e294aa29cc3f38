/* A task that does what it may not is killed; the others go on (RISC-V Privileged §3.1.15 has the causes). */
#include "kernel.h"
#include "text.h"

static const char *const CAUSES[] = {
    [0] = "instruction address misaligned", [1] = "fetch not allowed", [2] = "illegal instruction",
    [3] = "breakpoint",                     [4] = "load misaligned",   [5] = "load not allowed",
    [6] = "store misaligned",               [7] = "store not allowed",
};
#define CAUSE_COUNT (sizeof CAUSES / sizeof CAUSES[0])

#define ILLEGAL_INSTRUCTION 2u
#define BREAKPOINT 3u

static bool has_address(uint32_t cause) { return cause != ILLEGAL_INSTRUCTION && cause != BREAKPOINT; }

/* A stack grows down to its end and then meets memory that is not the task's; no frame is likely to step over so much. */
#define OVERFLOW_BYTES 512u

static bool is_stack_overflow(const struct task *task) {
    return has_address(task->cause) && (uint32_t)task->definition->stack - task->fault_address - 1 < OVERFLOW_BYTES;
}

/* "tactus: TASK killed: store not allowed at 0x80001234, pc 0x80000abc", and why, where that can be guessed. */
static void describe(struct text *text, const struct task *task) {
    text_add(text, "tactus: ");
    text_add(text, task->definition->name);
    text_add(text, " killed: ");
    text_add(text, task->cause < CAUSE_COUNT ? CAUSES[task->cause] : "unknown cause");
    if (has_address(task->cause)) {
        text_add(text, " at ");
        text_hexadecimal(text, task->fault_address);
    }
    text_add(text, ", pc ");
    text_hexadecimal(text, task->frame.pc);
    if (is_stack_overflow(task)) text_add(text, " (stack overflow)");
}

void fault_enter(uint32_t cause) {
    char bytes[128];
    struct text text = text_into(bytes, sizeof bytes - 2);
    if (cause == ILLEGAL_INSTRUCTION && floats_give()) return;
    current->cause = cause;
    current->fault_pc = current->frame.pc;
    current->fault_address = has_address(cause) ? csr_read(mtval) : 0;
    task_end(current, KILLED);
    describe(&text, current);
    bytes[text.length] = '\0';
    board_report(bytes, cause, is_stack_overflow(current));
    bytes[text.length] = '\n';
    console_say(bytes, text.length + 1);
}
