/* Two tasks compute, in double precision and with rounding modes of their own; a third takes the registers away. */
#include "say.h"

enum { DIRECTOR, FIRST, SECOND, TICKER, TASKS };
#define STEPS 100000u /* several time slices */

DOMAIN(shared);
OF(shared) static volatile double result[TASKS];
OF(shared) static volatile uint32_t flags[TASKS];

/* The logistic map: the last bit of every operation shows. */
static double iterate(double value, uint32_t steps) {
    for (uint32_t i = 0; i < steps; i++) value = 3.999 * value * (1.0 - value);
    return value;
}

static void set_rounding(uint32_t mode) { __asm__ volatile("fsrm %0" ::"r"(mode)); }

static uint32_t rounding_and_flags(void) {
    uint32_t fcsr;
    __asm__ volatile("frcsr %0" : "=r"(fcsr));
    return fcsr;
}

static void computing(uint32_t self) {
    if (self == SECOND) set_rounding(1); /* towards zero; a task begins with 0, to nearest */
    result[self] = iterate(0.1 * self, STEPS);
    flags[self] = rounding_and_flags();
}

/* Takes the registers away from them all the time. */
static void ticker(uint32_t argument) {
    (void)argument;
    for (instant wake = now();; sleep_until(wake += MICROSECONDS(37))) result[TICKER] = iterate(0.3, 3);
}

static void say_bits(const char *string, double value) {
    char bytes[96];
    struct text text = text_into(bytes, sizeof bytes);
    union { double value; uint32_t words[2]; } both = { value };
    text_add(&text, string);
    text_character(&text, ' ');
    text_hexadecimal(&text, both.words[1]);
    text_character(&text, ' ');
    text_hexadecimal(&text, both.words[0]);
    say_text(&text);
}

static void await_end(uint32_t task) {
    struct task_information information;
    do {
        sleep_until(now() + MILLISECONDS(1));
        task_inform(task, &information);
    } while (information.state != ENDED);
}

static void director(uint32_t argument) {
    double alone[TASKS];
    (void)argument;
    for (uint32_t task = FIRST; task <= SECOND; task++) {
        task_start(task, task);
        await_end(task);
        alone[task] = result[task];
        say_bits("alone:", alone[task]);
        say_number("rounding and flags:", flags[task]);
    }
    task_start(TICKER, 0);
    task_start(FIRST, FIRST);
    task_start(SECOND, SECOND);
    await_end(FIRST);
    await_end(SECOND);
    for (uint32_t task = FIRST; task <= SECOND; task++) {
        say(result[task] == alone[task] ? "the same in turns" : "another in turns");
        say_number("rounding and flags:", flags[task]);
    }
    power_off(0);
}

STACKS(TASKS);
static const struct task_definition table[TASKS] = {
    TASK(DIRECTOR, director, 10, false, DOMAIN_REGION(shared)),
    TASK(FIRST, computing, 4, true, DOMAIN_REGION(shared)),
    TASK(SECOND, computing, 4, true, DOMAIN_REGION(shared)),
    TASK(TICKER, ticker, 8, true, DOMAIN_REGION(shared)),
};
const struct application application = { table, TASKS, 0, 0, 0 };
