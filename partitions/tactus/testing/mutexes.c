/* Priority inheritance and its limits: through one mutex, through a chain, given back in time, and after a death. */
#include "say.h"

enum { DIRECTOR, LOW, MIDDLE, HIGH, TASKS };
enum { A, B, MUTEXES };

/* What a task is to do; its argument. */
enum role { HOLD_A, HOLD_B_WANT_A, WANT_A, WANT_B, WANT_A_BRIEFLY, SPIN, WANT_A_OF_OWN_B, DIE_WITH_A };

DOMAIN(shared);
OF(shared) static volatile bool release;
OF(shared) static volatile uint32_t spins;

static void pause(void) { sleep_until(now() + MILLISECONDS(1)); }

/* How urgent a task is now. */
static void say_priority(const char *string, uint32_t task) {
    struct task_information information;
    task_inform(task, &information);
    say_number(string, information.priority);
}

static void hold(uint32_t mutex) {
    mutex_lock(mutex, NEVER);
    while (!release) __asm__ volatile("");
    mutex_unlock(mutex);
}

static void play(uint32_t role, const char *name) {
    switch ((enum role)role) {
    case HOLD_A: hold(A); break;
    case HOLD_B_WANT_A:
        mutex_lock(B, NEVER);
        say_status(name, mutex_lock(A, NEVER));
        mutex_unlock(A);
        mutex_unlock(B);
        break;
    case WANT_A:
        say_status(name, mutex_lock(A, NEVER));
        mutex_unlock(A);
        break;
    case WANT_B:
        say_status(name, mutex_lock(B, NEVER));
        mutex_unlock(B);
        break;
    case WANT_A_BRIEFLY: say_status(name, mutex_lock(A, now() + MILLISECONDS(1))); break;
    case SPIN: for (;;) spins++;
    case WANT_A_OF_OWN_B:
        mutex_lock(A, NEVER);
        pause();
        say_status(name, mutex_lock(B, NEVER));
        mutex_unlock(A);
        break;
    case DIE_WITH_A:
        mutex_lock(A, NEVER);
        pause();
        *(volatile uint32_t *)0 = 0;
    }
}

static void low(uint32_t role) { play(role, "low locks"); }
static void middle(uint32_t role) { play(role, "middle locks"); }
static void high(uint32_t role) { play(role, "high locks"); }

/* Without inheritance the spinner in the middle would keep the low one, and so the high one, from the hart for ever. */
static void inversion(void) {
    release = false;
    task_start(LOW, HOLD_A);
    pause();
    task_start(HIGH, WANT_A);
    task_start(MIDDLE, SPIN);
    pause();
    say_priority("low holds what high wants; its priority:", LOW);
    say_number("the spinner between them ran", spins);
    release = true;
    pause();
    say_priority("low gave it up; its priority:", LOW);
    task_stop(MIDDLE);
    pause();
}

static void chain(void) {
    release = false;
    task_start(LOW, HOLD_A);
    pause();
    task_start(MIDDLE, HOLD_B_WANT_A);
    pause();
    say_priority("middle waits for low:", LOW);
    task_start(HIGH, WANT_B);
    pause();
    say_priority("high waits for middle:", MIDDLE);
    say_priority("and so for low:", LOW);
    task_stop(HIGH);
    say_priority("high was stopped:", LOW);
    release = true;
    pause();
    say_priority("all is given back:", LOW);
}

static void deadlines(void) {
    release = false;
    task_start(LOW, HOLD_A);
    pause();
    task_start(HIGH, WANT_A_BRIEFLY);
    sleep_until(now() + MICROSECONDS(500));
    say_priority("high waits, but not for long:", LOW);
    sleep_until(now() + MILLISECONDS(2));
    say_priority("it gave up:", LOW);
    release = true;
    pause();
}

static void deadlock(void) {
    say_status("director locks A", mutex_lock(A, NEVER));
    say_status("director locks A again", mutex_lock(A, NEVER));
    say_status("director unlocks B", mutex_unlock(B));
    say_status("director unlocks A", mutex_unlock(A));
    mutex_lock(B, NEVER);
    task_start(MIDDLE, WANT_A_OF_OWN_B);
    sleep_until(now() + MILLISECONDS(3));
    say_status("director, whose B middle waits for, locks A", mutex_lock(A, NEVER));
    mutex_unlock(B);
    pause();
}

static void death(void) {
    task_start(LOW, DIE_WITH_A);
    sleep_until(now() + MICROSECONDS(500));
    task_start(HIGH, WANT_A);
    task_start(MIDDLE, WANT_A);
    sleep_until(now() + MILLISECONDS(2));
}

static void director(uint32_t argument) {
    (void)argument;
    inversion();
    chain();
    deadlines();
    deadlock();
    death();
    power_off(0);
}

STACKS(TASKS);
static const struct task_definition table[TASKS] = {
    TASK(DIRECTOR, director, 20, false, DOMAIN_REGION(shared)),
    TASK(LOW, low, 1, true, DOMAIN_REGION(shared)),
    TASK(MIDDLE, middle, 5, true, DOMAIN_REGION(shared)),
    TASK(HIGH, high, 9, true, DOMAIN_REGION(shared)),
};
const struct application application = { table, TASKS, MUTEXES, 0, 0 };
