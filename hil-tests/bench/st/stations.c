/* stations.st in C. */
#include "bench.h"

#include <stdbool.h>

const char bench_name[] = "stations";

struct station {
    int32_t target, position, distance;
    int16_t rate;
    bool enable, alarm;
    uint32_t travelled, alarms;
};

static struct station stations[32];
static int16_t order[32];
static int16_t step;
static uint32_t seed = 1;
static uint32_t check;

static void station_run(struct station *s) {
    if (!s->enable) return;
    int32_t distance = s->target - s->position;
    if (distance < -s->rate) distance = -s->rate;
    if (distance > s->rate) distance = s->rate;
    s->distance = distance;
    s->position += distance;
    s->travelled += (uint32_t)(distance < 0 ? -distance : distance);
    if (s->alarm) {
        s->alarm = s->position > 800;
    } else if (s->position > 900) {
        s->alarm = true;
        s->alarms++;
    }
}

static NOINLINE void scan(void) {
    int32_t sum = 0;
    int16_t raised = 0, best = 0;
    step = (int16_t)((step + 1) % 3500);
    if (step == 0)
        for (int i = 0; i < 32; i++) order[i] = 0;
    if (step % 50 == 1) seed = seed * 1664525u + 1013904223u;
    for (int i = 0; i < 32; i++) {
        struct station *s = &stations[i];
        s->target = (int32_t)(seed >> 22) + (i + 1) * 4;
        s->rate = (int16_t)(6 + i);
        s->enable = (step + i + 1) % 7 != 0;
        station_run(s);
        sum += s->position;
        if (s->alarm) raised++;
    }
    for (int i = 1; i <= 4; i++) {
        best = 0;
        for (int j = 1; j < 32; j++)
            if (stations[j].position - order[j] > stations[best].position - order[best]) best = (int16_t)j;
        order[best] = (int16_t)(order[best] + i);
    }
    check = ((check << 5) | (check >> 27)) ^ (uint32_t)sum ^ (uint32_t)(int32_t)raised ^ (uint32_t)(best + 1);
}

uint32_t bench_run(uint32_t iterations) {
    for (uint32_t i = 0; i < iterations; i++) scan();
    return check;
}
