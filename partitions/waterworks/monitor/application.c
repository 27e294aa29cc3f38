/* What the monitor consists of: its tasks, and what each of them may touch. */
#include "../../sdk/partita.h"
#include "monitor.h"

#define STACK_BYTES 1024
#define STACK __attribute__((aligned(16)))
static STACK uint8_t stacks[TASK_COUNT][STACK_BYTES];

static struct sample samples[8];

#define WITH_STACK(task) .stack = stacks[task], .stack_bytes = STACK_BYTES
#define PARTITA_REGION { (void *)PARTITA_BASE, (void *)(PARTITA_BASE + 4096), MAY_READ | MAY_WRITE }

static const struct task_definition tasks[TASK_COUNT] = {
    [SAMPLER] = {
        .name = "sampler", .entry = sampler, .priority = 6, WITH_STACK(SAMPLER),
        .regions = { DOMAIN_REGION(sampler), DOMAIN_REGION(image), DOMAIN_READABLE(station), PARTITA_REGION },
        .mutexes = BIT(STATION_MUTEX), .queues = BIT(SAMPLES), .rights = MAY_GOVERN,
    },
    [FILTER] = {
        .name = "filter", .entry = filter, .priority = 5, WITH_STACK(FILTER),
        .regions = { DOMAIN_REGION(filter), DOMAIN_REGION(station) },
        .mutexes = BIT(STATION_MUTEX), .queues = BIT(SAMPLES),
    },
    [LOGGER] = {
        .name = "logger", .entry = logger, .priority = 3, WITH_STACK(LOGGER),
        .regions = { DOMAIN_READABLE(station), DOMAIN_READABLE(shell) },
        .mutexes = BIT(STATION_MUTEX),
    },
    [SHELL] = {
        .name = "shell", .entry = shell, .priority = 2, WITH_STACK(SHELL),
        .regions = { DOMAIN_REGION(shell), DOMAIN_READABLE(station) },
        .mutexes = BIT(STATION_MUTEX), .rights = MAY_GOVERN | MAY_READ_CONSOLE,
    },
    [ROGUE] = { .name = "rogue", .entry = rogue, .priority = 1, .waits_for_start = true, WITH_STACK(ROGUE) },
};

static const struct queue_definition queues[QUEUE_COUNT] = {
    [SAMPLES] = { .items = samples, .item_bytes = sizeof samples[0], .capacity = sizeof samples / sizeof samples[0] },
};

const struct application application = {
    .tasks = tasks,
    .task_count = TASK_COUNT,
    .mutex_count = MUTEX_COUNT,
    .queues = queues,
    .queue_count = QUEUE_COUNT,
};
