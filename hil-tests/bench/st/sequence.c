/* sequence.st in C. */
#include "bench.h"

#include <stdbool.h>

const char bench_name[] = "sequence";

enum step { IDLE, FILLING, HEATING, STIRRING, DRAINING, BLOCKED };

struct timer {
    bool in, q, running;
    int32_t pt, et, start;
};

struct reactor {
    bool start, reset, valve, heater, motor, pump, finished, clk_before, edge, cu_before, done_q;
    int16_t number, batches, level, temperature, cv;
    enum step state;
    struct timer stir, settle;
};

static struct reactor reactors[8];
static int16_t n;
static uint32_t check;
static int32_t now;

static void ton(struct timer *t, bool in, int32_t pt) {
    t->in = in;
    t->pt = pt;
    if (!in) {
        t->q = false;
        t->et = 0;
        t->running = false;
    } else if (!t->q) {
        if (!t->running) {
            t->running = true;
            t->start = now;
        }
        t->et = now - t->start;
        if (t->et >= pt) {
            t->et = pt;
            t->q = true;
        }
    }
}

static void reactor_run(struct reactor *r) {
    r->edge = r->start && !r->clk_before;
    r->clk_before = r->start;
    ton(&r->stir, r->state == STIRRING, 80);
    ton(&r->settle, r->state == DRAINING && r->level == 0, 30);
    r->finished = false;
    switch (r->state) {
    case IDLE:
        if (r->edge) r->state = FILLING;
        break;
    case FILLING:
        r->level = (int16_t)(r->level + 3 + r->number);
        if (r->level >= 100) r->state = HEATING;
        break;
    case HEATING:
        r->temperature = (int16_t)(r->temperature + 5);
        if (r->temperature > 180) r->state = STIRRING;
        else if (r->level < 20) r->state = BLOCKED;
        break;
    case STIRRING:
        r->temperature = (int16_t)(r->temperature - 1);
        if (r->stir.q) r->state = DRAINING;
        break;
    case DRAINING:
        r->level = (int16_t)(r->level - 9 > 0 ? r->level - 9 : 0);
        r->temperature = (int16_t)(r->temperature - 4 > 20 ? r->temperature - 4 : 20);
        if (r->settle.q) {
            r->finished = true;
            r->state = IDLE;
        }
        break;
    case BLOCKED:
        if (r->reset) r->state = IDLE;
        break;
    }
    r->valve = r->state == FILLING;
    r->heater = r->state == HEATING && r->temperature < 175;
    r->motor = r->state == STIRRING || r->state == HEATING;
    r->pump = r->state == DRAINING && r->level > 0;
    if (r->reset && r->state == IDLE) r->cv = 0;
    else if (r->finished && !r->cu_before && r->cv < 32767) r->cv = (int16_t)(r->cv + 1);
    r->cu_before = r->finished;
    r->done_q = r->cv >= 100;
    r->batches = r->cv;
}

static NOINLINE void scan(void) {
    uint16_t word = 0;
    n = (int16_t)((n + 1) % 1000);
    for (int i = 0; i <= 7; i++) {
        struct reactor *r = &reactors[i];
        r->start = (n + i * 3) % 16 < 8;
        r->reset = n == 999;
        r->number = (int16_t)i;
        reactor_run(r);
        word = (uint16_t)(word << 1);
        if (r->valve || r->pump) word |= 1;
        if (r->heater && r->motor) word ^= 0x100;
    }
    check = ((check << 1) | (check >> 31)) ^ word ^ (uint32_t)(int32_t)reactors[3].batches;
}

uint32_t bench_run(uint32_t iterations) {
    for (uint32_t i = 0; i < iterations; i++) {
        now = (int32_t)(i * 10);
        scan();
    }
    return check;
}
