/* Where the program counter goes: deep and mutual recursion, callbacks, coroutines, errors that unwind, a bytecode machine. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ── Recursion ───────────────────────────────────────────────────────────────────────────────────────────────────── */

static int is_odd(unsigned n);
__attribute__((noinline)) static int is_even(unsigned n) { return n == 0 ? 1 : is_odd(n - 1) + 0 * (int)n; }
__attribute__((noinline)) static int is_odd(unsigned n) { return n == 0 ? 0 : is_even(n - 1) + 0 * (int)n; }

/* Not in tail position: each level keeps a frame. */
__attribute__((noinline)) static uint32_t depth_digest(uint32_t depth) {
    volatile uint32_t local = depth * 2654435761u;
    return depth == 0 ? 1 : depth_digest(depth - 1) * 31 + local;
}

static int queens(int size, int row, uint32_t columns, uint32_t rising, uint32_t falling) {
    if (row == size) return 1;
    int solutions = 0;
    for (uint32_t free = ~(columns | rising | falling) & ((1u << size) - 1); free != 0; free &= free - 1) {
        uint32_t column = free & -free;
        solutions += queens(size, row + 1, columns | column, (rising | column) << 1, (falling | column) >> 1);
    }
    return solutions;
}

/* Calls `visit` with each order of the letters. */
static void permute(char *letters, int from, int count, void (*visit)(const char *, void *), void *context) {
    if (from == count) visit(letters, context);
    for (int i = from; i < count; i++) {
        char kept = letters[from];
        letters[from] = letters[i];
        letters[i] = kept;
        permute(letters, from + 1, count, visit, context);
        letters[i] = letters[from];
        letters[from] = kept;
    }
}

static void digest(const char *letters, void *context) {
    uint32_t *sum = context;
    for (; *letters != 0; letters++) *sum = *sum * 16777619u ^ (uint8_t)*letters;
}

static void recursion(void) {
    char letters[] = "abcdefg";
    uint32_t sum = 0;
    permute(letters, 0, 7, digest, &sum);
    printf("%d %d %08lx %d %08lx\n", is_even(5000), is_odd(4999), (unsigned long)depth_digest(1500), queens(7, 0, 0, 0, 0),
           (unsigned long)sum);
}

/* ── Errors that unwind ──────────────────────────────────────────────────────────────────────────────────────────── */

typedef struct handler {
    jmp_buf place;
    struct handler *outer;
} handler;
static handler *innermost;

_Noreturn static void raise_error(int code) {
    handler *taken = innermost;
    innermost = taken->outer;
    longjmp(taken->place, code);
}

/* Fails at the bottom; every third level catches, and passes on what is not divisible by it. */
static int guarded(int level, int code) {
    if (level == 0) raise_error(code);
    if (level % 3 != 0) return guarded(level - 1, code) + 1;
    handler here;
    here.outer = innermost;
    int error = setjmp(here.place);
    if (error == 0) {
        innermost = &here;
        int value = guarded(level - 1, code);
        innermost = here.outer;
        return value;
    }
    if (error % level != 0) raise_error(error);
    return error * 1000 + level;
}

static void attempt(int code) {
    handler last;
    last.outer = NULL;
    int error = setjmp(last.place);
    if (error != 0) {
        printf(" (%d)", error);
        return;
    }
    innermost = &last;
    printf(" %d", guarded(40, code));
}

static void unwinding(void) {
    for (int code = 1; code <= 48; code += 5) attempt(code);
    printf("\n");
}

/* ── A machine for programs of bytes ─────────────────────────────────────────────────────────────────────────────── */

enum operation { HALT, PUSH, ADD, SUBTRACT, MULTIPLY, DIVIDE, DUPLICATE, SWAP, DROP, OVER, JUMP, JUMP_IF_ZERO, CALL, RETURN, PRINT };

typedef struct {
    const uint8_t *code;
    int32_t stack[32];
    const uint8_t *returns[16];
    int depth, level;
} machine;

static int32_t pop(machine *m) { return m->stack[--m->depth]; }
static void push(machine *m, int32_t value) { m->stack[m->depth++] = value; }

static unsigned run(machine *m) {
    unsigned steps = 0;
    for (const uint8_t *at = m->code;; steps++) {
        int32_t a, b;
        switch ((enum operation)*at++) {
        case HALT: return steps;
        case PUSH: push(m, (int8_t)*at++); break;
        case ADD: b = pop(m); a = pop(m); push(m, a + b); break;
        case SUBTRACT: b = pop(m); a = pop(m); push(m, a - b); break;
        case MULTIPLY: b = pop(m); a = pop(m); push(m, (int32_t)((uint32_t)a * (uint32_t)b)); break;
        case DIVIDE: b = pop(m); a = pop(m); push(m, b == 0 ? 0 : a / b); break;
        case DUPLICATE: a = pop(m); push(m, a); push(m, a); break;
        case SWAP: b = pop(m); a = pop(m); push(m, b); push(m, a); break;
        case DROP: pop(m); break;
        case OVER: push(m, m->stack[m->depth - 2]); break;
        case JUMP: at = m->code + *at; break;
        case JUMP_IF_ZERO: at = pop(m) == 0 ? m->code + *at : at + 1; break;
        case CALL: m->returns[m->level++] = at + 1; at = m->code + *at; break;
        case RETURN: at = m->returns[--m->level]; break;
        case PRINT: printf(" %ld", (long)pop(m)); break;
        }
    }
}

static void bytecode(void) {
    static const uint8_t factorials[] = {
        /*  0 */ PUSH, 12,
        /*  2 */ DUPLICATE, CALL, 15, PRINT,
        /*  6 */ PUSH, 1, SUBTRACT, DUPLICATE, JUMP_IF_ZERO, 14,
        /* 12 */ JUMP, 2,
        /* 14 */ HALT,
        /* 15: n becomes n! */ DUPLICATE, JUMP_IF_ZERO, 26,
        /* 18 */ DUPLICATE, PUSH, 1, SUBTRACT, CALL, 15, MULTIPLY, RETURN,
        /* 26 */ DROP, PUSH, 1, RETURN,
    };
    machine m = {.code = factorials};
    printf(", %u steps\n", run(&m));
}

/* ── Arguments of any number and kind ────────────────────────────────────────────────────────────────────────────── */

static double total(const char *kinds, ...) {
    va_list arguments;
    va_start(arguments, kinds);
    double sum = 0;
    for (; *kinds != 0; kinds++) {
        switch (*kinds) {
        case 'i': sum += va_arg(arguments, int); break;
        case 'l': sum += (double)va_arg(arguments, int64_t); break;
        case 'd': sum += va_arg(arguments, double); break;
        case 's': sum += (double)strlen(va_arg(arguments, const char *)); break;
        }
    }
    va_end(arguments);
    return sum;
}

static int descending(const void *a, const void *b) { return *(const int *)b - *(const int *)a; }

int main(void) {
    recursion();
    unwinding();
    bytecode();
    printf("%.3f %.3f\n", total("idlsid", 1, 2.5, (int64_t)1 << 40, "four", -7, 0.125), total("dddddddddd", 1., 2., 3., 4., 5., 6., 7., 8., 9., 10.));
    int numbers[50];
    for (int i = 0; i < 50; i++) numbers[i] = i * 7919 % 101;
    qsort(numbers, 50, sizeof numbers[0], descending);
    for (int i = 0; i < 50; i++) printf("%d%c", numbers[i], i % 10 == 9 ? '\n' : ' ');
    return 42;
}
