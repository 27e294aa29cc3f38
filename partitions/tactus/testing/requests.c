/* A task without rights asks the kernel for anything, at random. Whoever is not concerned notices nothing. */
#include "say.h"

enum { DIRECTOR, WITNESS, STRANGER, TASKS };
enum { ITS_MUTEX, FOREIGN_MUTEX, MUTEXES };
enum { ITS_QUEUE, FOREIGN_QUEUE, QUEUES };

#define PATTERN 0x5afe5afeu
#define ROUNDS 40u
#define REQUESTS 250u

DOMAIN(witness);
DOMAIN(stranger);
OF(witness) static volatile uint32_t pattern[64];
OF(witness) static volatile uint32_t wakes, late, changed;
OF(stranger) static volatile uint32_t buffer[16], obeyed;

/* Wakes every millisecond, and looks whether its time and its memory are its own. */
static void witness(uint32_t argument) {
    (void)argument;
    for (uint32_t i = 0; i < 64; i++) pattern[i] = PATTERN;
    for (instant wake = now();; wakes++) {
        sleep_until(wake += MILLISECONDS(1));
        if (now() > wake + MICROSECONDS(100)) late++;
        for (uint32_t i = 0; i < 64; i++) changed += pattern[i] != PATTERN;
    }
}

/* Marsaglia's xorshift32. */
static uint32_t random(uint32_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

static const volatile void *const FOREIGN[] = {
    0,
    pattern,
    &pattern[63],
    &wakes,
    (void *)0x80000000u, /* the kernel's text */
    (void *)0x80004000u, /* its variables */
    (void *)0x10000000u, /* the UART */
    (void *)0x0c000000u, /* the PLIC */
    (void *)~3u,
};
#define FOREIGN_COUNT (sizeof FOREIGN / sizeof FOREIGN[0])

static uint32_t random_address(uint32_t *state) {
    uint32_t which = random(state) % (FOREIGN_COUNT + 3);
    uint32_t own = (uint32_t)buffer;
    if (which < FOREIGN_COUNT) return (uint32_t)FOREIGN[which];
    return which == FOREIGN_COUNT ? own : which == FOREIGN_COUNT + 1 ? own + sizeof buffer - 4 : random(state);
}

static uint32_t random_number(uint32_t *state) {
    uint32_t number = random(state);
    return number % 4 == 0 ? number : number % 5;
}

/* What it must not be given, by call; queues and mutexes of its own may answer as they like. */
static bool is_forbidden(enum call call, uint32_t first) {
    switch (call) {
    case CALL_LOCK: case CALL_UNLOCK: return first != ITS_MUTEX;
    case CALL_SEND: case CALL_RECEIVE: return first != ITS_QUEUE;
    case CALL_WRITE: case CALL_READ: case CALL_START: case CALL_STOP: case CALL_POWER_OFF: return true;
    default: return call >= CALLS;
    }
}

/* Its writes to the console come from memory that is not its own, or they would be seen. */
static void stranger(uint32_t seed) {
    for (uint32_t i = 0; i < REQUESTS; i++) {
        enum call call = (enum call)(random(&seed) % (CALLS + 3));
        uint32_t first = random_number(&seed), second = random_address(&seed);
        instant deadline = random(&seed) % 4 == 0 ? now() + random(&seed) % 500 : random_number(&seed);
        if (call == CALL_EXIT) continue;
        if (call == CALL_WRITE) first = (uint32_t)FOREIGN[random(&seed) % 4], second = 1 + random_number(&seed) % 1000;
        enum status status = (enum status)system_call(call, first, second, deadline);
        if (is_forbidden(call, first) && status != REFUSED) obeyed++;
    }
}

static void director(uint32_t argument) {
    uint32_t item;
    struct task_information information;
    (void)argument;
    for (uint32_t round = 1; round <= ROUNDS; round++) {
        task_stop(STRANGER);
        task_start(STRANGER, round * 2654435761u);
        sleep_until(now() + MILLISECONDS(2));
    }
    task_stop(STRANGER);
    task_inform(STRANGER, &information);
    say_number("rounds of a stranger's requests:", information.starts);
    say_number("requests obeyed that were not its to make:", obeyed);
    say(wakes >= 2 * ROUNDS - 1 && late == 0 ? "the witness kept its time" : "the witness was late");
    say(changed == 0 ? "the witness kept its memory" : "the witness lost memory");
    say_status("what nobody sent", queue_receive(FOREIGN_QUEUE, &item, AT_ONCE));
    say_status("what nobody locked", mutex_lock(FOREIGN_MUTEX, AT_ONCE));
    power_off(0);
}

STACKS(TASKS);
static const struct task_definition table[TASKS] = {
    TASK(DIRECTOR, director, 10, false, DOMAIN_REGION(witness), DOMAIN_REGION(stranger)),
    TASK(WITNESS, witness, 12, false, DOMAIN_REGION(witness)),
    [STRANGER] = { .name = "stranger", .entry = stranger, .priority = 4, .waits_for_start = true,
                   .stack = stacks[STRANGER], .stack_bytes = sizeof stacks[STRANGER],
                   .regions = { DOMAIN_REGION(stranger) }, .mutexes = BIT(ITS_MUTEX), .queues = BIT(ITS_QUEUE) },
};
static uint32_t items[QUEUES][4];
static const struct queue_definition queue_table[QUEUES] = {
    { items[ITS_QUEUE], sizeof items[0][0], 4 },
    { items[FOREIGN_QUEUE], sizeof items[0][0], 4 },
};
const struct application application = { table, TASKS, MUTEXES, queue_table, QUEUES };
