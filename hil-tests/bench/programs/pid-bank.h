/* A bank of PID loops in the precision that REAL says: clamped, with anti-windup, filtered inputs, first-order plants and an
   actuator curve. */
#include "bench.h"

typedef struct {
    REAL kp, ki, kd, setpoint, integral, last_error, low, high;
} Pid;

/* A second-order section, transposed direct form II. */
typedef struct {
    REAL b0, b1, b2, a1, a2, z1, z2;
} Biquad;

#define LOOPS 16
static Pid pids[LOOPS];
static Biquad filters[LOOPS];
static REAL plants[LOOPS];
static REAL curve[17];

static NOINLINE REAL filter_step(Biquad *filter, REAL x) {
    REAL y = filter->b0 * x + filter->z1;
    filter->z1 = filter->b1 * x - filter->a1 * y + filter->z2;
    filter->z2 = filter->b2 * x - filter->a2 * y;
    return y;
}

static NOINLINE REAL pid_step(Pid *pid, REAL value, REAL period) {
    REAL error = pid->setpoint - value;
    REAL integral = pid->integral + pid->ki * error * period;
    REAL slope = (error - pid->last_error) / period;
    REAL output = pid->kp * error + integral + pid->kd * slope;
    if (output > pid->high) output = pid->high;
    else if (output < pid->low) output = pid->low;
    else pid->integral = integral;
    pid->last_error = error;
    return output;
}

static NOINLINE REAL interpolate(REAL x) {
    if (x < (REAL)0) x = (REAL)0;
    if (x > (REAL)15.999) x = (REAL)15.999;
    int below = (int)x;
    REAL fraction = x - (REAL)below;
    return curve[below] + (curve[below + 1] - curve[below]) * fraction;
}

static void start(void) {
    for (int i = 0; i < 17; i++) curve[i] = (REAL)(i * i) * (REAL)0.0625;
    for (int i = 0; i < LOOPS; i++) {
        pids[i] = (Pid){(REAL)1.5 + (REAL)i * (REAL)0.1, (REAL)0.4, (REAL)0.02, (REAL)(10 + i), 0, 0, (REAL)-100, (REAL)100};
        filters[i] = (Biquad){(REAL)0.0675, (REAL)0.1349, (REAL)0.0675, (REAL)-1.1430, (REAL)0.4128, 0, 0};
        plants[i] = (REAL)i;
    }
}

uint32_t bench_run(uint32_t iterations) {
    union {
        REAL value;
        uint32_t words[sizeof(REAL) / 4];
    } sum = {.value = 0};
    start();
    for (uint32_t round = 0; round < iterations; round++) {
        if ((round & 255) == 0) {
            for (int i = 0; i < LOOPS; i++) pids[i].setpoint = (REAL)((round >> 8) * 7 % 23 + (uint32_t)i);
        }
        for (int i = 0; i < LOOPS; i++) {
            REAL value = filter_step(&filters[i], plants[i]);
            REAL output = pid_step(&pids[i], value, (REAL)0.01);
            plants[i] += (output - plants[i] * (REAL)0.8) * (REAL)0.01;
            sum.value += interpolate(output * (REAL)0.1 + (REAL)8);
            sum.value *= (REAL)0.999;
        }
    }
    return sizeof(REAL) == 4 ? sum.words[0] : sum.words[0] ^ sum.words[sizeof(REAL) / 4 - 1];
}
