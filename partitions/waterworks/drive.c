/*
 * Supervisor of the variable-speed drive of booster pump P-301: start/stop sequence, speed ramp, fault latch, totalisers.
 *
 * It was the firmware of a small controller beside the inverter, and is written that way: no operating system, no interrupts,
 * one loop that a timer wakes every 10 ms. Points: partitions/waterworks/io-list.md
 *
 *                run                    inverter ready                  not run, or no demand
 *    STOPPED ───────────► STARTING ───────────────────► RUNNING ───────────────────────────► STOPPING
 *       ▲                    │ not ready in 2 s            ▲ run again, while still turning      │ │
 *       │ reset              ▼                             └─────────────────────────────────────┘ │ speed 0
 *       └──────────────── FAULT ◄── inverter trip, reservoir low-low (from any state)    STOPPED ◄─┘
 */
#include <stdbool.h>
#include <stdint.h>

#include "../sdk/partita.h"
#include "../sdk/port.h"
#include "../sdk/tick.h"

#define TICK_MS 10u

#define RAMP_PERCENT_PER_S 10.0f /* 0 to full speed in 10 s: no water hammer */
#define RAMP_STEP (RAMP_PERCENT_PER_S * TICK_MS / 1000.0f)
#define SPEED_LEAST 30.0f /* %: below it the motor's own fan does not cool it */
#define SPEED_GREATEST 100.0f
#define READY_TIMEOUT_MS 2000u /* the inverter magnetises the motor within half a second */

/* What the process image says. `volatile`: the hypervisor reads and writes it at the doorbells. */
volatile uint8_t run, demand_valid, reset, ready, tripped;
volatile float demand, power;
volatile uint8_t enable, running, fault;
volatile float speed;
volatile uint16_t fault_code, state;
volatile uint32_t run_time, energy;

enum state { STOPPED, STARTING, RUNNING, STOPPING, FAULT };
enum fault { NO_FAULT, INVERTER_TRIP, NOT_READY, RESERVOIR_LOW_LOW };

/* A message of the queue `events`: STRUCT AlarmEvent of intake.st. */
struct alarm_event {
    uint16_t code;
    uint8_t active;
    float level; /* m */
    uint32_t sequence;
};
_Static_assert(sizeof(struct alarm_event) == 12, "the layout that intake.st sends");
#define ALARM_LOW_LOW 1u

static enum state current = STOPPED;
static enum fault latched = NO_FAULT;
static uint32_t in_state_ms;
static float ramped; /* % */
static bool reset_before = true; /* a reset held since before power-up is no command */
static bool low_low; /* as the last event said */

static void enter(enum state next) {
    current = next;
    in_state_ms = 0;
}

static float limit(float least, float value, float greatest) {
    return value < least ? least : value > greatest ? greatest : value;
}

/* One tick closer to `target`. */
static float ramp_towards(float target) {
    return limit(ramped - RAMP_STEP, target, ramped + RAMP_STEP);
}

static void read_events(uint32_t port) {
    struct alarm_event event;
    while (port_receive(port, &event, sizeof event) == (int32_t)sizeof event) {
        if (event.code == ALARM_LOW_LOW) low_low = event.active != 0;
    }
}

/* The fault whose cause is present now; the inverter's own trip tells most. */
static enum fault cause(void) {
    if (tripped) return INVERTER_TRIP;
    if (low_low) return RESERVOIR_LOW_LOW;
    if (current == STARTING && in_state_ms >= READY_TIMEOUT_MS) return NOT_READY;
    return NO_FAULT;
}

/* Latches a fault, at once and from any state; the inverter's release is withdrawn and the pump coasts. */
static void supervise(void) {
    bool reset_edge = reset && !reset_before;
    enum fault present = cause();
    reset_before = reset != 0;
    if (present != NO_FAULT) {
        latched = present;
        if (current != FAULT) enter(FAULT);
    } else if (current == FAULT && reset_edge) {
        latched = NO_FAULT;
        enter(STOPPED);
    }
}

static void sequence(void) {
    bool wanted = run && demand_valid;
    switch (current) {
    case STOPPED:
        ramped = 0.0f;
        if (wanted) enter(STARTING);
        break;
    case STARTING:
        if (!wanted) enter(STOPPED);
        else if (ready) enter(RUNNING);
        break;
    case RUNNING:
        ramped = ramp_towards(limit(SPEED_LEAST, demand, SPEED_GREATEST));
        if (!wanted) enter(STOPPING);
        break;
    case STOPPING:
        ramped = ramp_towards(0.0f);
        if (wanted) enter(RUNNING);
        else if (ramped <= 0.0f) enter(STOPPED);
        break;
    case FAULT:
        ramped = 0.0f;
        break;
    }
    in_state_ms += TICK_MS;
}

/* Whole seconds and watt-hours, with what is left over kept exactly: a float would stop counting after some weeks. */
static void totalise(void) {
    static uint32_t run_ms;
    static uint64_t energy_mw_ms;
    const uint64_t one_wh = 3600ull * 1000u * 1000u;
    if (current != RUNNING && current != STOPPING) return;
    run_ms += TICK_MS;
    if (run_ms >= 1000u) {
        run_ms -= 1000u;
        run_time = run_time + 1;
    }
    energy_mw_ms += (uint64_t)(uint32_t)(limit(0.0f, power, 1000.0f) * 1e6f) * TICK_MS;
    while (energy_mw_ms >= one_wh) {
        energy_mw_ms -= one_wh;
        energy = energy + 1;
    }
}

static void show(void) {
    enable = current == STARTING || current == RUNNING || current == STOPPING;
    running = current == RUNNING;
    fault = current == FAULT;
    fault_code = latched;
    state = current;
    speed = ramped;
}

int main(void) {
    uint32_t events = port_find("events");
    partita_write(PARTITA_MODE, PARTITA_MODE_NORMAL);
    tick_start(TICK_MS);
    for (;;) {
        tick_wait();
        partita_write(PARTITA_LATCH_INPUTS, 1);
        read_events(events);
        supervise();
        sequence();
        totalise();
        show();
        partita_write(PARTITA_PUBLISH_OUTPUTS, 1);
    }
}
