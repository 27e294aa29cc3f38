/* Who runs when: preemption, time slices among equals, deadlines in order, queues, starting and stopping. */
#include "say.h"

enum { DIRECTOR, URGENT, LEFT, RIGHT, SINK, TASKS };
enum { ORDERS, QUEUES };

DOMAIN(shared);
OF(shared) static volatile uint32_t progress[TASKS]; /* how far each came */
OF(shared) static volatile uint32_t turns, runner;
OF(shared) static volatile bool stop;

/* Preempts whoever runs at its own instants. */
static void urgent(uint32_t times) {
    instant wake = now();
    for (uint32_t i = 0; i < times; i++) {
        wake += MICROSECONDS(200);
        sleep_until(wake);
        progress[URGENT]++;
    }
}

/* Never gives way by itself; notes whenever it finds that another ran meanwhile. */
static void spinner(uint32_t self) {
    while (!stop) {
        if (runner != self) {
            runner = self;
            turns++;
        }
        progress[self]++;
    }
}

/* Takes orders as they come, or says that none came. */
static void sink(uint32_t count) {
    for (uint32_t i = 0, order; i < count; i++) {
        if (queue_receive(ORDERS, &order, now() + MILLISECONDS(50)) == OK) say_number("sink received", order);
        else say("sink received nothing in time");
    }
    say("sink ends");
}

static void preemption(void) {
    stop = false;
    task_start(LEFT, LEFT);
    task_start(URGENT, 10);
    sleep_until(now() + MILLISECONDS(3));
    say_number("a spinner was preempted so often:", progress[URGENT]);
    stop = true;
    sleep_until(now() + MILLISECONDS(1));
}

static void time_slices(void) {
    stop = false;
    turns = 0;
    progress[LEFT] = progress[RIGHT] = 0;
    task_start(LEFT, LEFT);
    task_start(RIGHT, RIGHT);
    sleep_until(now() + MILLISECONDS(20));
    bool is_turns = turns >= 8 && turns <= 11;
    say(is_turns ? "two equals took turns, 2 ms each" : "two equals took turns too often or too seldom");
    uint32_t left = progress[LEFT], right = progress[RIGHT];
    uint32_t least = left < right ? left : right, most = left < right ? right : left;
    say(most - least < most / 5 ? "each had its half" : "one had more than the other");
    say_status("to start one that runs", task_start(LEFT, LEFT));
    say_status("to stop it", task_stop(LEFT));
    say_status("to stop it again", task_stop(LEFT));
    say_status("to start what is not there", task_start(TASKS, 0));
    stop = true;
    sleep_until(now() + MILLISECONDS(1));
}

static void send(uint32_t order, instant deadline, const char *name) {
    say_status(name, queue_send(ORDERS, &order, deadline));
}

/* The sink is less urgent than the director: it takes an order only while the director waits. */
static void queues(void) {
    uint32_t order;
    say_status("to receive from an empty queue at once", queue_receive(ORDERS, &order, AT_ONCE));
    send(1, NEVER, "to send to an empty queue of two");
    send(2, NEVER, "to send to one with a place left");
    send(3, AT_ONCE, "to send to a full one at once");
    send(4, now() + MILLISECONDS(1), "to send to a full one with a deadline");
    task_start(SINK, 5);
    send(5, NEVER, "to send to a full one that is being emptied");
    sleep_until(now() + MILLISECONDS(1));
    send(6, AT_ONCE, "to send to one whose receiver waits");
    sleep_until(now() + MILLISECONDS(60));
    say_status("to use a queue that is not there", queue_send(QUEUES, &order, AT_ONCE));
}

static void director(uint32_t argument) {
    (void)argument;
    preemption();
    time_slices();
    queues();
    power_off(0);
}

STACKS(TASKS);
static const struct task_definition table[TASKS] = {
    TASK(DIRECTOR, director, 10, false, DOMAIN_REGION(shared)),
    TASK(URGENT, urgent, 12, true, DOMAIN_REGION(shared)),
    TASK(LEFT, spinner, 4, true, DOMAIN_REGION(shared)),
    TASK(RIGHT, spinner, 4, true, DOMAIN_REGION(shared)),
    TASK(SINK, sink, 6, true, { 0 }),
};
static uint32_t orders[2];
static const struct queue_definition queue_table[QUEUES] = { { orders, sizeof orders[0], 2 } };
const struct application application = { table, TASKS, 0, queue_table, QUEUES };
