/* Floating point at work, in both precisions: equations, a transform, an orbit, a fit; and conversions at their limits. */
#include <fenv.h>
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* A generator of its own, so that each build computes with the same numbers. */
static uint32_t seed = 12345;
static double uniform(void) {
    seed = seed * 1664525u + 1013904223u;
    return (double)seed / 4294967296.0;
}

/* ── Linear equations ────────────────────────────────────────────────────────────────────────────────────────────── */

enum { SIZE = 8 };

/* Gauss's elimination with pivots; x becomes the solution of a·x = x. */
static int solve(double a[SIZE][SIZE], double x[SIZE]) {
    for (int column = 0; column < SIZE; column++) {
        int pivot = column;
        for (int row = column + 1; row < SIZE; row++)
            if (fabs(a[row][column]) > fabs(a[pivot][column])) pivot = row;
        if (a[pivot][column] == 0) return 0;
        if (pivot != column) {
            double swapped[SIZE], value = x[column];
            memcpy(swapped, a[column], sizeof swapped);
            memcpy(a[column], a[pivot], sizeof swapped);
            memcpy(a[pivot], swapped, sizeof swapped);
            x[column] = x[pivot];
            x[pivot] = value;
        }
        for (int row = 0; row < SIZE; row++) {
            if (row == column) continue;
            double factor = a[row][column] / a[column][column];
            for (int k = column; k < SIZE; k++) a[row][k] -= factor * a[column][k];
            x[row] -= factor * x[column];
        }
    }
    for (int i = 0; i < SIZE; i++) x[i] /= a[i][i];
    return 1;
}

static void equations(void) {
    double a[SIZE][SIZE], x[SIZE];
    for (int i = 0; i < SIZE; i++) {
        for (int j = 0; j < SIZE; j++) a[i][j] = uniform() - 0.5;
        x[i] = i;
    }
    printf("solved: %d\n", solve(a, x));
    for (int i = 0; i < SIZE; i++) printf("  %.17g\n", x[i]);
}

/* ── Fourier transform, in single precision ──────────────────────────────────────────────────────────────────────── */

enum { POINTS = 64 };

static void transform(float re[], float im[], int n, int stride, float out_re[], float out_im[]) {
    if (n == 1) {
        out_re[0] = re[0];
        out_im[0] = im[0];
        return;
    }
    transform(re, im, n / 2, stride * 2, out_re, out_im);
    transform(re + stride, im + stride, n / 2, stride * 2, out_re + n / 2, out_im + n / 2);
    for (int k = 0; k < n / 2; k++) {
        float angle = -2.0f * 3.14159265f * (float)k / (float)n;
        float c = cosf(angle), s = sinf(angle);
        float odd_re = c * out_re[k + n / 2] - s * out_im[k + n / 2];
        float odd_im = c * out_im[k + n / 2] + s * out_re[k + n / 2];
        out_re[k + n / 2] = out_re[k] - odd_re;
        out_im[k + n / 2] = out_im[k] - odd_im;
        out_re[k] += odd_re;
        out_im[k] += odd_im;
    }
}

static void spectrum(void) {
    float re[POINTS], im[POINTS], out_re[POINTS], out_im[POINTS];
    for (int i = 0; i < POINTS; i++) {
        re[i] = sinf((float)i * 0.7f) + 0.25f * (float)uniform();
        im[i] = 0;
    }
    transform(re, im, POINTS, 1, out_re, out_im);
    for (int i = 0; i < POINTS / 2; i += 3) printf("  %2d: %.6g\n", i, (double)hypotf(out_re[i], out_im[i]));
}

/* ── An orbit, by Runge and Kutta ────────────────────────────────────────────────────────────────────────────────── */

typedef struct { double x, y, vx, vy; } body;

static body slope(body at) {
    double cube = pow(at.x * at.x + at.y * at.y, 1.5);
    return (body){at.vx, at.vy, -at.x / cube, -at.y / cube};
}

static body along(body from, body slope, double step) {
    return (body){from.x + step * slope.x, from.y + step * slope.y, from.vx + step * slope.vx, from.vy + step * slope.vy};
}

static void orbit(void) {
    body planet = {1, 0, 0, 1.1};
    const double step = 0.05;
    for (int i = 1; i <= 240; i++) {
        body k1 = slope(planet), k2 = slope(along(planet, k1, step / 2)), k3 = slope(along(planet, k2, step / 2));
        body k4 = slope(along(planet, k3, step));
        planet = along(along(along(along(planet, k1, step / 6), k2, step / 3), k3, step / 3), k4, step / 6);
        if (i % 40 == 0) printf("  %.12f %.12f\n", planet.x, planet.y);
    }
}

/* ── Limits ──────────────────────────────────────────────────────────────────────────────────────────────────────── */

static void limits(void) {
    static const double values[] = {0.0, -0.0, 0.5, -0.5, 1.5, 2.5, 1e-310, DBL_MIN, DBL_MAX, FLT_MIN, FLT_MAX, 1e-45, 16777217.0,
                                    2147483647.0, -2147483648.0, 4294967295.0, 9007199254740993.0, -1e18, INFINITY, -INFINITY, NAN};
    for (unsigned i = 0; i < sizeof values / sizeof values[0]; i++) {
        volatile double hidden = values[i];
        double value = hidden;
        float narrow = (float)value;
        printf("%a %a %d%d%d", value, (double)narrow, isnan(value) != 0, isinf(value) != 0, signbit(value) != 0);
        if (fabs(value) < 2147483648.0) printf(" %" PRId32 " %ld", (int32_t)value, lrint(value));
        if (fabs(value) < 9e18) printf(" %" PRId64, (int64_t)value);
        printf(" %.17g %g %a\n", nextafter(value, 0), sqrt(fabs(value)), fma(value, 1.0 + DBL_EPSILON, -value));
    }
    volatile float third = 1.0f / 3.0f;
    volatile double wide = third;
    printf("%a %a %d\n", (double)(third * 3.0f), wide * 3.0, wide * 3.0 == 1.0);
}

/* ── Rounding modes and flags, where there is a unit that has them ───────────────────────────────────────────────── */

#ifdef __riscv_flen
static void rounding(void) {
    static const struct { const char *name; int mode; } modes[] = {
        {"nearest", FE_TONEAREST}, {"to zero", FE_TOWARDZERO}, {"down", FE_DOWNWARD}, {"up", FE_UPWARD}};
    for (unsigned i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        fesetround(modes[i].mode);
        feclearexcept(FE_ALL_EXCEPT);
        volatile double one = 1, three = 3, tenth = 0.1, huge = DBL_MAX;
        volatile float narrow = (float)(tenth * three);
        printf("%s: %a %a %a %a %ld", modes[i].name, one / three, -one / three, sqrt(three), (double)narrow, lrint(-2.5 * one));
        volatile double overflow = huge * three, nothing = -one / overflow;
        printf(" %a %a flags %x\n", overflow, nothing, (unsigned)fetestexcept(FE_ALL_EXCEPT));
    }
    fesetround(FE_TONEAREST);
}
#else
static void rounding(void) {}
#endif

int main(void) {
    equations();
    spectrum();
    orbit();
    limits();
    rounding();
    return 0;
}
