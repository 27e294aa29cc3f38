/*
 * Who runs. The kernel has no lists: a task has a state and the thing that it waits for, and the scheduler looks through all
 * tasks, at most TASKS_MAX, for the most urgent. Of equally urgent ones that is who has waited longest.
 */
#include <stddef.h>

#include "kernel.h"

#define TIME_SLICE MILLISECONDS(2)

static bool before(const struct task *a, const struct task *b) {
    return a->priority != b->priority ? a->priority > b->priority : (int32_t)(a->arrival - b->arrival) < 0;
}

static struct task *most_urgent(enum task_state state, const void *awaited) {
    struct task *found = NULL;
    for (struct task *task = tasks; task <= IDLE_TASK; task++) {
        if (task->state != state || task->awaited != awaited) continue;
        if (found == NULL || before(task, found)) found = task;
    }
    return found;
}

struct task *most_urgent_waiting_for(const void *awaited) { return most_urgent(WAITING, awaited); }

static void wake_the_late(instant time) {
    for (struct task *task = tasks; task < IDLE_TASK; task++) {
        if (task->state != WAITING || task->deadline > time) continue;
        bool gave_up_a_mutex = task->wanted != NULL;
        task_wake(task, task->awaited == NULL ? OK : TIMED_OUT);
        if (gave_up_a_mutex) priorities_inherit();
    }
}

/* The next instant at which the clock has something to change. */
static instant next_event(const struct task *running) {
    instant next = NEVER;
    for (struct task *task = tasks; task < IDLE_TASK; task++) {
        if (task->state == WAITING && task->deadline < next) next = task->deadline;
        bool is_rival = task->state == READY && task != running && task->priority == running->priority;
        if (is_rival && running->slice_end < next) next = running->slice_end;
    }
    return next;
}

/* The processor's, of this hart. */
static uint64_t cycles(void) {
    uint32_t high, low;
    do {
        high = csr_read(mcycleh);
        low = csr_read(mcycle);
    } while (high != csr_read(mcycleh));
    return (uint64_t)high << 32 | low;
}

/* The running task is charged with what passed since the last time, the kernel's work for it included. */
static void charge(void) {
    static uint64_t charged;
    uint64_t until_here = cycles();
    current->cycles += until_here - charged;
    charged = until_here;
}

/* Chooses who runs after this trap, and makes the hart his. Who waited or was preempted gets the rest of his slice. */
struct frame *schedule(void) {
    instant time = clock_now();
    charge();
    wake_the_late(time);
    if (current->state == READY && current->slice_end <= time) task_give_way();
    struct task *next = most_urgent(READY, NULL);
    if (next->slice_end <= time) next->slice_end = time + TIME_SLICE;
    if (next != current) {
        current = next;
        if (next != IDLE_TASK) view_show(&next->view);
        floats_follow(next);
    }
    clock_arm(next_event(next));
    return &next->frame;
}
