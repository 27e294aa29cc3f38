/* Single-precision matrices: products, elimination with pivots, and a state estimator of the Kalman kind. */
#include "bench.h"

const char bench_name[] = "matrix";

#define N 24
typedef float Matrix[N][N];

static Matrix a, b, c, factors;
static float right[N], solution[N];

static NOINLINE void multiply(Matrix product, Matrix left, Matrix other) {
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < N; j++) {
            float sum = 0;
            for (int k = 0; k < N; k++) sum += left[i][k] * other[k][j];
            product[i][j] = sum;
        }
    }
}

static float size_of(float value) { return value < 0 ? -value : value; }

static NOINLINE int largest_below(int column) {
    int best = column;
    for (int i = column + 1; i < N; i++) {
        if (size_of(factors[i][column]) > size_of(factors[best][column])) best = i;
    }
    return best;
}

static NOINLINE void swap_rows(int i, int j) {
    for (int k = 0; k < N; k++) {
        float kept = factors[i][k];
        factors[i][k] = factors[j][k];
        factors[j][k] = kept;
    }
    float kept = right[i];
    right[i] = right[j];
    right[j] = kept;
}

/* Gauss with partial pivoting; `factors` and `right` are used up. */
static NOINLINE void solve(void) {
    for (int k = 0; k < N; k++) {
        int pivot = largest_below(k);
        if (pivot != k) swap_rows(pivot, k);
        for (int i = k + 1; i < N; i++) {
            float factor = factors[i][k] / factors[k][k];
            for (int j = k; j < N; j++) factors[i][j] -= factor * factors[k][j];
            right[i] -= factor * right[k];
        }
    }
    for (int i = N - 1; i >= 0; i--) {
        float rest = right[i];
        for (int j = i + 1; j < N; j++) rest -= factors[i][j] * solution[j];
        solution[i] = rest / factors[i][i];
    }
}

/* Position and speed, estimated from measured positions. */
typedef struct {
    float position, speed;
    float p00, p01, p11;
} Estimator;

static NOINLINE void estimate(Estimator *state, float measured, float period) {
    state->position += state->speed * period;
    state->p00 += period * (2.0f * state->p01 + period * state->p11) + 0.001f;
    state->p01 += period * state->p11;
    state->p11 += 0.01f;
    float spread = state->p00 + 0.25f;
    float gain0 = state->p00 / spread, gain1 = state->p01 / spread;
    float innovation = measured - state->position;
    state->position += gain0 * innovation;
    state->speed += gain1 * innovation;
    state->p11 -= gain1 * state->p01;
    state->p01 -= gain0 * state->p01;
    state->p00 -= gain0 * state->p00;
}

static float norm(const float *vector) {
    float sum = 0;
    for (int i = 0; i < N; i++) sum += vector[i] * vector[i];
    return __builtin_sqrtf(sum);
}

static uint32_t bits(float value) {
    union {
        float value;
        uint32_t bits;
    } both = {value};
    return both.bits;
}

uint32_t bench_run(uint32_t iterations) {
    uint32_t random = 1;
    uint32_t sum = 0;
    Estimator axis = {0, 0, 1, 0, 1};
    for (uint32_t round = 0; round < iterations; round++) {
        for (int i = 0; i < N; i++) {
            for (int j = 0; j < N; j++) {
                a[i][j] = (float)(next_random(&random) & 0xffff) / 65536.0f + (i == j ? 4.0f : 0.0f);
                b[i][j] = (float)(int)(i * 3 - j) * 0.125f;
            }
            right[i] = (float)i - 7.5f;
        }
        multiply(c, a, b);
        multiply(b, c, a);
        for (int i = 0; i < N; i++) {
            for (int j = 0; j < N; j++) factors[i][j] = a[i][j];
        }
        solve();
        for (int i = 0; i < 200; i++) {
            float measured = (float)i * 0.02f + ((float)(next_random(&random) & 255) - 128.0f) / 512.0f;
            estimate(&axis, measured, 0.01f);
        }
        sum = sum * 31u + bits(norm(solution)) + bits(b[round % N][(round * 7) % N]) + bits(axis.speed);
    }
    return sum;
}
