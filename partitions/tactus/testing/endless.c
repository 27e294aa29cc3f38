/* Tasks that never end: two compute in turns, one is woken all the time, and two hand orders on through a queue. */
#include "say.h"

enum { SOURCE, SINK, FIRST, SECOND, TICKER, TASKS };
enum { ORDERS, QUEUES };

DOMAIN(shared);
OF(shared) static volatile double value[TASKS];
OF(shared) static volatile uint32_t taken;
static uint32_t orders[3];

/* The logistic map: the last bit of every operation shows. */
static void iterate(uint32_t self, uint32_t steps) {
    double x = value[self] == 0.0 ? 0.1 * (self + 1) : value[self];
    for (uint32_t i = 0; i < steps; i++) x = 3.999 * x * (1.0 - x);
    value[self] = x;
}

static void computing(uint32_t self) {
    for (;;) iterate(self, 1000);
}

static void first(uint32_t argument) {
    (void)argument;
    computing(FIRST);
}

static void second(uint32_t argument) {
    (void)argument;
    computing(SECOND);
}

static void ticker(uint32_t argument) {
    (void)argument;
    for (instant wake = now();; sleep_until(wake += MICROSECONDS(737))) iterate(TICKER, 3);
}

static void source(uint32_t argument) {
    (void)argument;
    uint32_t order = 0;
    for (instant wake = now();; sleep_until(wake += MILLISECONDS(13))) {
        order++;
        queue_send(ORDERS, &order, now() + MILLISECONDS(5));
    }
}

static void sink(uint32_t argument) {
    (void)argument;
    for (;;) {
        uint32_t order;
        if (queue_receive(ORDERS, &order, NEVER) != OK) continue;
        taken += order;
        if (order % 64 == 0) say_number("taken:", taken);
    }
}

STACKS(TASKS);
static const struct task_definition table[TASKS] = {
    TASK(SOURCE, source, 9, false, DOMAIN_REGION(shared)),
    TASK(SINK, sink, 8, false, DOMAIN_REGION(shared)),
    TASK(FIRST, first, 4, false, DOMAIN_REGION(shared)),
    TASK(SECOND, second, 4, false, DOMAIN_REGION(shared)),
    TASK(TICKER, ticker, 7, false, DOMAIN_REGION(shared)),
};
static const struct queue_definition queue_table[QUEUES] = { { orders, sizeof orders[0], 3 } };
const struct application application = { table, TASKS, 0, queue_table, QUEUES };
