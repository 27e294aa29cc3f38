/*
 * Mutexes with priority inheritance: a task that holds one is as urgent as the most urgent task that waits for it, also
 * when that one waits through others (L. Sha, R. Rajkumar, J. Lehoczky, "Priority Inheritance Protocols", 1990).
 */
#include <stddef.h>

#include "kernel.h"

static struct mutex mutexes[MUTEXES_MAX];

/* Computes all priorities anew, whenever somebody begins or ends to wait for a mutex. Nobody ever waits in a circle. */
void priorities_inherit(void) {
    for (uint32_t i = 0; i < application.task_count; i++) tasks[i].priority = tasks[i].definition->priority;
    for (uint32_t i = 0; i < application.task_count; i++) {
        uint8_t lent = tasks[i].definition->priority;
        for (const struct mutex *wanted = tasks[i].wanted; wanted != NULL; wanted = wanted->owner->wanted) {
            if (wanted->owner->priority < lent) wanted->owner->priority = lent;
        }
    }
}

/* The mutex is the task's. */
static enum status own(struct mutex *mutex, struct task *task) {
    enum status status = mutex->owner_died ? OWNER_DIED : OK;
    mutex->owner = task;
    mutex->owner_died = false;
    return status;
}

static void pass_on(struct mutex *mutex) {
    struct task *heir = most_urgent_waiting_for(mutex);
    mutex->owner = NULL;
    if (heir != NULL) task_wake(heir, own(mutex, heir));
    priorities_inherit();
}

static bool waits_for_current(const struct mutex *mutex) {
    for (; mutex != NULL; mutex = mutex->owner->wanted) {
        if (mutex->owner == current) return true;
    }
    return false;
}

void mutex_take(uint32_t index, instant deadline) {
    struct mutex *mutex = &mutexes[index];
    if (mutex->owner == NULL) return answer(own(mutex, current));
    if (waits_for_current(mutex)) return answer(DEADLOCK);
    task_wait(mutex, deadline);
    if (current->state != WAITING) return;
    current->wanted = mutex;
    priorities_inherit();
}

void mutex_give(uint32_t index) {
    struct mutex *mutex = &mutexes[index];
    if (mutex->owner != current) return answer(NOT_OWNER);
    answer(OK);
    pass_on(mutex);
}

/* A task that ended while it held a mutex leaves it to the next one, who is told. */
void mutexes_left_by(struct task *dead) {
    for (uint32_t i = 0; i < application.mutex_count; i++) {
        if (mutexes[i].owner != dead) continue;
        mutexes[i].owner_died = true;
        pass_on(&mutexes[i]);
    }
}
