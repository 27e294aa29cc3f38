/*
 * What the samples mean. An alpha-beta filter smooths the level and finds its rate (P. R. Kalata, "The Tracking Index",
 * 1984, relates the two gains); the reservoir's balance then tells what the town draws: inflow − area × rate.
 */
#include "monitor.h"

#define PERIOD_S 0.02
#define ALPHA 0.02   /* settles within some seconds: waves on the surface average out */
#define BETA 0.0002  /* about alpha² / (2 − alpha) */
#define AREA_M2 4.0
#define LITRES_PER_M3 1000.0
#define SMOOTHING 0.002    /* of the consumption: 10 s */
#define LOW_LOW_M 0.5
#define BURST_L_PER_S 16.0 /* more than the town ever draws, */
#define BURST_SAMPLES 1500 /* for 30 s */

OF(station) struct station station;
OF(filter) static struct station state;
OF(filter) static uint32_t above_limit;

static void begin(const struct sample *sample) {
    state.level = sample->level;
    state.rate = 0.0;
    state.consumption = sample->inflow;
}

static void follow(const struct sample *sample) {
    double expected = state.level + state.rate * PERIOD_S;
    double surprise = sample->level - expected;
    state.level = expected + ALPHA * surprise;
    state.rate += BETA / PERIOD_S * surprise;
    double balance = sample->inflow - AREA_M2 * LITRES_PER_M3 * state.rate;
    state.consumption += SMOOTHING * (balance - state.consumption);
}

static double minutes_left(void) {
    if (state.rate >= 0.0) return RESERVE_MOST;
    double minutes = (state.level - LOW_LOW_M) / -state.rate / 60.0;
    return minutes < 0.0 ? 0.0 : minutes > RESERVE_MOST ? RESERVE_MOST : minutes;
}

static void judge(void) {
    above_limit = state.consumption > BURST_L_PER_S ? above_limit + 1 : 0;
    state.burst = above_limit >= BURST_SAMPLES;
    state.reserve = minutes_left();
}

void filter(uint32_t argument) {
    (void)argument;
    for (;;) {
        struct sample sample;
        queue_receive(SAMPLES, &sample, NEVER);
        state.samples++;
        state.pressure = sample.pressure;
        if (!sample.valid) state.invalid++;
        else if (state.samples - state.invalid == 1) begin(&sample);
        else follow(&sample);
        judge();
        mutex_lock(STATION_MUTEX, NEVER);
        station = state;
        mutex_unlock(STATION_MUTEX);
    }
}
