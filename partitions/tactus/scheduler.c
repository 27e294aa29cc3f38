/*
 * Who runs. The kernel has no lists: a task has a state and the thing that it waits for, and the scheduler looks through
 * all tasks, at most TASKS_MAX, for the most urgent. Of equally urgent ones that is who has waited longest.
 */
#include <stddef.h>

#include "bytes.h"
#include "kernel.h"

#define TIME_SLICE MILLISECONDS(2)

struct task tasks[TASKS_MAX + 1];
struct task *current;

static struct task *idle_task;
static uint32_t arrivals;
static uint64_t counted; /* cycles that tasks have been charged with */

static const struct task_definition IDLE = { .name = "idle", .entry = idle };

static void arrive(struct task *task) {
    task->state = READY;
    task->arrival = arrivals++;
}

void scheduler_init(void) {
    idle_task = &tasks[application.task_count];
    for (uint32_t i = 0; i < application.task_count; i++) {
        struct task *task = &tasks[i];
        task->definition = &application.tasks[i];
        task->priority = task->definition->priority;
        task->state = ENDED;
        view_init(&task->view, task->definition);
        if (!task->definition->waits_for_start) task_begin(task, 0);
    }
    /* It runs in M mode: U mode has no wfi on harts with an S mode (RISC-V Privileged §3.3.3). */
    idle_task->definition = &IDLE;
    idle_task->frame.pc = (uint32_t)idle;
    idle_task->frame.mstatus = MSTATUS_MPP_M | MSTATUS_MPIE;
    arrive(idle_task);
    current = idle_task;
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
    task->awaited = NULL;
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

void task_wake(struct task *task, int32_t answer_) {
    task->frame.x[A0] = (uint32_t)answer_;
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

static bool before(const struct task *a, const struct task *b) {
    return a->priority != b->priority ? a->priority > b->priority : (int32_t)(a->arrival - b->arrival) < 0;
}

static struct task *most_urgent(enum task_state state, const void *awaited) {
    struct task *found = NULL;
    for (struct task *task = tasks; task <= idle_task; task++) {
        if (task->state != state || task->awaited != awaited) continue;
        if (found == NULL || before(task, found)) found = task;
    }
    return found;
}

struct task *most_urgent_waiting_for(const void *awaited) { return most_urgent(WAITING, awaited); }

static void wake_the_late(instant time) {
    for (struct task *task = tasks; task < idle_task; task++) {
        if (task->state != WAITING || task->deadline > time) continue;
        bool gave_up_a_mutex = task->wanted != NULL;
        task_wake(task, task->awaited == NULL ? OK : TIMED_OUT);
        if (gave_up_a_mutex) priorities_inherit();
    }
}

/* The next instant at which the clock has something to change. */
static instant next_event(const struct task *running) {
    instant next = NEVER;
    for (struct task *task = tasks; task < idle_task; task++) {
        if (task->state == WAITING && task->deadline < next) next = task->deadline;
        bool is_rival = task->state == READY && task != running && task->priority == running->priority;
        if (is_rival && running->slice_end < next) next = running->slice_end;
    }
    return next;
}

static uint64_t cycles(void) {
    uint32_t high, low;
    do {
        high = csr_read(mcycleh);
        low = csr_read(mcycle);
    } while (high != csr_read(mcycleh));
    return (uint64_t)high << 32 | low;
}

/* Chooses who runs after this trap, and makes the hart his. Who waited or was preempted gets the rest of his slice. */
struct frame *schedule(void) {
    instant time = clock_now();
    uint64_t until_here = cycles();
    current->cycles += until_here - counted;
    counted = until_here;
    wake_the_late(time);
    if (current->state == READY && current->slice_end <= time) arrive(current);
    struct task *next = most_urgent(READY, NULL);
    if (next->slice_end <= time) next->slice_end = time + TIME_SLICE;
    if (next != current) {
        current = next;
        if (next != idle_task) view_show(&next->view);
        floats_follow(next);
    }
    clock_arm(next_event(next));
    return &next->frame;
}
