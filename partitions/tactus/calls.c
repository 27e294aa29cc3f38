/* System calls: each handler finds its arguments in the running task's frame, checks them, and answers there. */
#include <stddef.h>

#include "bytes.h"
#include "kernel.h"

static uint32_t argument(uint32_t number) { return current->frame.x[A0 + number]; }
static instant time_argument(void) { return (uint64_t)argument(3) << 32 | argument(2); }

static bool allows(uint32_t address, uint32_t bytes, uint32_t access) {
    return view_allows(&current->view, address, bytes, access);
}
static bool is_given(uint32_t index, uint32_t count, uint32_t given) {
    return index < count && (given & BIT(index)) != 0;
}
static bool may_lock(uint32_t mutex) { return is_given(mutex, application.mutex_count, current->definition->mutexes); }
static bool may_queue(uint32_t queue) { return is_given(queue, application.queue_count, current->definition->queues); }
static bool has_right(uint32_t right) { return (current->definition->rights & right) != 0; }

static void call_yield(void) {
    answer(OK);
    task_give_way();
}

static void call_now(void) {
    instant time = clock_now();
    current->frame.x[A0] = (uint32_t)time;
    current->frame.x[A1] = (uint32_t)(time >> 32);
}

static void call_sleep(void) { task_wait(NULL, time_argument()); }

static void call_exit(void) { task_end(current, ENDED); }

static void call_lock(void) {
    if (!may_lock(argument(0))) return answer(REFUSED);
    mutex_take(argument(0), time_argument());
}

static void call_unlock(void) {
    if (!may_lock(argument(0))) return answer(REFUSED);
    mutex_give(argument(0));
}

static void call_send(void) {
    uint32_t queue = argument(0), item = argument(1);
    if (!may_queue(queue) || !allows(item, application.queues[queue].item_bytes, MAY_READ)) return answer(REFUSED);
    queue_put(queue, (uint8_t *)item, time_argument());
}

static void call_receive(void) {
    uint32_t queue = argument(0), item = argument(1);
    if (!may_queue(queue) || !allows(item, application.queues[queue].item_bytes, MAY_WRITE)) return answer(REFUSED);
    queue_take(queue, (uint8_t *)item, time_argument());
}

static void call_write(void) {
    uint32_t bytes = argument(0), count = argument(1);
    if (count > CONSOLE_WRITE_MAX || !allows(bytes, count, MAY_READ)) return answer(REFUSED);
    console_put((uint8_t *)bytes, count);
}

static void call_read(void) {
    uint32_t bytes = argument(0), room = argument(1);
    if (!has_right(MAY_READ_CONSOLE) || room == 0 || !allows(bytes, room, MAY_WRITE)) return answer(REFUSED);
    console_take((uint8_t *)bytes, room, time_argument());
}

static void call_start(void) {
    uint32_t index = argument(0);
    if (!has_right(MAY_GOVERN) || index >= application.task_count) return answer(REFUSED);
    struct task *task = &tasks[index];
    if (task->state == READY || task->state == WAITING) return answer(BUSY);
    answer(OK);
    task_begin(task, argument(1));
}

static void call_stop(void) {
    uint32_t index = argument(0);
    if (!has_right(MAY_GOVERN) || index >= application.task_count) return answer(REFUSED);
    answer(OK);
    if (tasks[index].state == READY || tasks[index].state == WAITING) task_end(&tasks[index], ENDED);
}

static void call_inform(void) {
    uint32_t index = argument(0), into = argument(1);
    struct task_information information;
    if (index >= application.task_count || !allows(into, sizeof information, MAY_WRITE)) return answer(REFUSED);
    const struct task *task = &tasks[index];
    information = (struct task_information){
        .name = task->definition->name,
        .state = task->state,
        .priority = task->priority,
        .starts = task->starts,
        .cause = task->cause,
        .pc = task->fault_pc,
        .address = task->fault_address,
        .cycles = task->cycles,
    };
    memcpy((void *)into, &information, sizeof information);
    answer(OK);
}

static void call_stack_used(void) {
    uint32_t index = argument(0);
    if (index >= application.task_count) return answer(REFUSED);
    const struct task_definition *definition = tasks[index].definition;
    const uint8_t *stack = definition->stack;
    uint32_t untouched = 0;
    if (tasks[index].starts == 0) return answer(0);
    while (untouched < definition->stack_bytes && stack[untouched] == STACK_FILLER) untouched++;
    answer((int32_t)(definition->stack_bytes - untouched));
}

static void call_hypervisor(void) { answer(board_has_hypervisor()); }

static void call_power_off(void) {
    if (!has_right(MAY_GOVERN)) return answer(REFUSED);
    console_drain();
    board_power_off(argument(0));
}

static void (*const HANDLERS[CALLS])(void) = {
    [CALL_YIELD] = call_yield,
    [CALL_NOW] = call_now,
    [CALL_SLEEP] = call_sleep,
    [CALL_EXIT] = call_exit,
    [CALL_LOCK] = call_lock,
    [CALL_UNLOCK] = call_unlock,
    [CALL_SEND] = call_send,
    [CALL_RECEIVE] = call_receive,
    [CALL_WRITE] = call_write,
    [CALL_READ] = call_read,
    [CALL_START] = call_start,
    [CALL_STOP] = call_stop,
    [CALL_INFORM] = call_inform,
    [CALL_STACK_USED] = call_stack_used,
    [CALL_HYPERVISOR] = call_hypervisor,
    [CALL_POWER_OFF] = call_power_off,
};

void system_call_enter(void) {
    uint32_t call = current->frame.x[A7];
    current->frame.pc += 4;
    if (call < CALLS) HANDLERS[call]();
    else answer(REFUSED);
}
