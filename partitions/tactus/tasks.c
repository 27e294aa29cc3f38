/* Tasks from start to end: they begin, wait, are woken and stop; who of those that are ready runs, scheduler.c says. */
#include <stddef.h>

#include "bytes.h"
#include "kernel.h"

struct task tasks[TASKS_MAX + 1];
struct task *current;

static uint32_t arrivals;

static const struct task_definition IDLE = { .name = "idle", .entry = idle };

static void arrive(struct task *task) {
    task->state = READY;
    task->arrival = arrivals++;
}

/* It runs in M mode: U mode has no wfi on harts with an S mode (RISC-V Privileged §3.3.3). */
static void idle_begin(void) {
    IDLE_TASK->definition = &IDLE;
    IDLE_TASK->frame = (struct frame){ .pc = (uint32_t)idle, .mstatus = MSTATUS_MPP_M | MSTATUS_MPIE };
    arrive(IDLE_TASK);
    current = IDLE_TASK;
}

void tasks_init(void) {
    for (uint32_t i = 0; i < application.task_count; i++) {
        struct task *task = &tasks[i];
        task->definition = &application.tasks[i];
        task->priority = task->definition->priority;
        task->state = ENDED;
        view_init(&task->view, task->definition);
        if (!task->definition->waits_for_start) task_begin(task, 0);
    }
    idle_begin();
}

/* A task's entry returns to here. */
static void end_of_task(void) { task_exit(); }

void task_begin(struct task *task, uint32_t argument) {
    const struct task_definition *definition = task->definition;
    uint8_t *stack = definition->stack;
    extern uint8_t __global_pointer$[];
    memset(stack, STACK_FILLER, definition->stack_bytes);
    task->frame = (struct frame){ .pc = (uint32_t)definition->entry, .mstatus = MSTATUS_MPIE };
    task->frame.x[RA] = (uint32_t)end_of_task;
    task->frame.x[SP] = (uint32_t)(stack + definition->stack_bytes) & ~15u;
    task->frame.x[GP] = (uint32_t)__global_pointer$;
    task->frame.x[A0] = argument;
    task->starts++;
    task->cause = task->fault_pc = task->fault_address = 0;
    arrive(task);
}

/* The running task goes behind its equals. */
void task_give_way(void) { arrive(current); }

/* The running task waits; whoever wakes it, or the clock at `deadline`, answers its call. */
void task_wait(const void *awaited, instant deadline) {
    if (deadline <= clock_now()) {
        answer(TIMED_OUT);
        return;
    }
    current->state = WAITING;
    current->awaited = awaited;
    current->deadline = deadline;
    current->arrival = arrivals++;
}

void task_wake(struct task *task, int32_t result) {
    task->frame.x[A0] = (uint32_t)result;
    task->awaited = NULL;
    task->wanted = NULL;
    arrive(task);
}

/* Whatever it waited for, it does no longer; what it held is the next one's. */
void task_end(struct task *task, enum task_state state) {
    task->state = state;
    task->awaited = NULL;
    task->wanted = NULL;
    floats_forget(task);
    mutexes_left_by(task);
    priorities_inherit();
}
