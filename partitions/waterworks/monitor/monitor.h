/*
 * The station monitor: a guest that computes what none of the four controllers sees alone. Built by
 * `partitions/tactus/build.sh monitor.elf *.c`. Its tasks, the most urgent first:
 *
 *   sampler ──samples──► filter ──► station (mutex) ──► logger: a line on the console now and then
 *      ▲                                │      └──────► shell: answers commands on the console
 *      │ process image                  └─────────────► sampler: publishes
 *   rogue: does what a task may not, when somebody asks for it
 */
#ifndef MONITOR_H
#define MONITOR_H

#include "../../tactus/tactus.h"

enum { SAMPLER, FILTER, LOGGER, SHELL, ROGUE, TASK_COUNT };
enum { STATION_MUTEX, MUTEX_COUNT };
enum { SAMPLES, QUEUE_COUNT };

#define SAMPLE_PERIOD MILLISECONDS(20)

/* One reading of the plant, or of the test signal that stands in for it. */
struct sample {
    float level;    /* m, in the reservoir */
    float inflow;   /* l/s, into it */
    float pressure; /* bar, in the town's network */
    bool valid;
};

/* What the filter knows; shared by those who lock STATION_MUTEX. */
struct station {
    double level;       /* m, smoothed */
    double rate;        /* m/s, its change */
    double consumption; /* l/s, what the town draws */
    double reserve;     /* min, until the reservoir is low-low; RESERVE_MOST when it is filling */
    double pressure;    /* bar */
    bool burst;
    uint32_t samples, invalid;
};
#define RESERVE_MOST 999.0

DOMAIN(image);
DOMAIN(station);
DOMAIN(sampler);
DOMAIN(filter);
DOMAIN(logger);
DOMAIN(shell);

extern struct station station;
extern volatile uint32_t log_period; /* s; 0: no lines */

/* What the rogue can do; its argument. The texts are the shell's words for them. */
enum misdeed { NO_MISDEED, STORE, LOAD, FETCH, DEVICE, CSR, STACK, CALL, SPIN, FLOOD, MISDEEDS };
extern const char *const misdeed_names[MISDEEDS];

void sampler(uint32_t argument);
void filter(uint32_t argument);
void logger(uint32_t argument);
void shell(uint32_t argument);
void rogue(uint32_t argument);

#endif
