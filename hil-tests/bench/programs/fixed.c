/* 64-bit integers and fixed point, as firmware without an FPU computes: filters with 64-bit accumulators, Q16.16 control, CORDIC,
   time stamps in nanoseconds, energy meters. */
#include "bench.h"

const char bench_name[] = "fixed";

#define TAPS 32
static int32_t coefficients[TAPS];
static int32_t samples[TAPS];
static uint32_t newest;

/* Q31 in, Q31 out. */
static NOINLINE int32_t filter(int32_t sample) {
    int64_t sum = 1 << 30;
    newest = (newest + 1) % TAPS;
    samples[newest] = sample;
    for (uint32_t i = 0; i < TAPS; i++) sum += (int64_t)coefficients[i] * samples[(newest - i) % TAPS];
    return (int32_t)(sum >> 31);
}

typedef int32_t Q16;

static inline Q16 multiply(Q16 a, Q16 b) { return (Q16)((int64_t)a * b >> 16); }
static NOINLINE Q16 divide(Q16 a, Q16 b) { return b == 0 ? 0 : (Q16)(((int64_t)a << 16) / b); }

static inline int64_t limit(int64_t value, int64_t low, int64_t high) {
    return value < low ? low : value > high ? high : value;
}

typedef struct {
    Q16 kp, ki, setpoint;
    int64_t integral;
} Controller;

static NOINLINE Q16 control(Controller *controller, Q16 value) {
    Q16 error = controller->setpoint - value;
    controller->integral = limit(controller->integral + (int64_t)controller->ki * error, -(1ll << 46), 1ll << 46);
    return (Q16)limit(multiply(controller->kp, error) + (controller->integral >> 16), -(100 << 16), 100 << 16);
}

/* Sine and cosine of an angle in Q29 radians, |angle| < π/2, in Q29 (Volder's CORDIC). */
static const int32_t arc_tangents[24] = {
    421657428, 248918914, 131521918, 66762579, 33510843, 16771757, 8387925, 4194218, 2097141, 1048574, 524287, 262143,
    131071, 65535, 32767, 16383, 8191, 4095, 2047, 1023, 511, 255, 127, 63,
};

static NOINLINE void rotate(int32_t angle, int32_t *cosine, int32_t *sine) {
    int32_t x = 326016437, y = 0;
    for (int i = 0; i < 24; i++) {
        int32_t dx = y >> i, dy = x >> i;
        int forward = angle >= 0;
        x = forward ? x - dx : x + dx;
        y = forward ? y + dy : y - dy;
        angle = forward ? angle - arc_tangents[i] : angle + arc_tangents[i];
    }
    *cosine = x;
    *sine = y;
}

static NOINLINE uint32_t square_root(uint64_t value) {
    uint64_t root = 0;
    for (uint64_t bit = 1ull << 62; bit != 0; bit >>= 2) {
        if (value >= root + bit) {
            value -= root + bit;
            root = (root >> 1) + bit;
        } else root >>= 1;
    }
    return (uint32_t)root;
}

typedef struct {
    uint64_t nanoseconds;
    int64_t energy; /* µW·ns, summed */
} Meter;

static NOINLINE void count_energy(Meter *meter, int32_t volts, int32_t amperes, uint32_t elapsed) {
    meter->nanoseconds += elapsed;
    meter->energy += (int64_t)volts * amperes / 1000 * (int32_t)elapsed;
}

/* xorshift64 (Marsaglia 2003) */
static NOINLINE uint64_t shuffle(uint64_t state) {
    state ^= state << 13;
    state ^= state >> 7;
    return state ^ state << 17;
}

uint32_t bench_run(uint32_t iterations) {
    Controller controller = {.kp = 3 << 15, .ki = 1 << 12, .setpoint = 20 << 16};
    Meter meter = {0, 0};
    uint64_t state = 88172645463325252ull;
    uint64_t sum = 0;
    Q16 plant = 0;
    for (int i = 0; i < TAPS; i++) coefficients[i] = (i < TAPS / 2 ? i + 1 : TAPS - i) * 7000000;
    for (uint32_t round = 0; round < iterations; round++) {
        int32_t cosine, sine;
        state = shuffle(state);
        rotate((int32_t)(state >> 20) >> 2, &cosine, &sine);
        int32_t filtered = filter(sine);
        Q16 output = control(&controller, plant + (filtered >> 18));
        plant += multiply(output - plant, 1 << 10);
        count_energy(&meter, cosine >> 8, filtered >> 8, (uint32_t)(state & 0xffff) + 1000u);
        sum = (sum << 5 | sum >> 59) ^ (uint64_t)(uint32_t)output;
        sum += (uint32_t)filtered ^ (uint64_t)meter.energy;
        if (round % 8 == 0) {
            int64_t power = meter.energy / (int64_t)meter.nanoseconds;
            uint64_t microseconds = meter.nanoseconds / 1000u;
            sum += square_root(state) + (uint64_t)power + microseconds % 1000000u;
            sum += (uint32_t)divide(output, plant);
        }
        if (round % 4096 == 4095) controller.setpoint = (Q16)(state & 0x1fffff);
    }
    return (uint32_t)(sum ^ sum >> 32);
}
