/* Recursion: quicksort, Ackermann's function, queens on a board, towers, and expressions read and evaluated as trees. */
#include "bench.h"

const char bench_name[] = "recurse";

static NOINLINE void quicksort(int32_t *first, int32_t *last) {
    while (first < last) {
        int32_t pivot = first[(last - first) / 2];
        int32_t *low = first, *high = last;
        while (low <= high) {
            while (*low < pivot) low++;
            while (*high > pivot) high--;
            if (low > high) break;
            int32_t kept = *low;
            *low++ = *high;
            *high-- = kept;
        }
        quicksort(first, high);
        first = low;
    }
}

static NOINLINE uint32_t ackermann(uint32_t m, uint32_t n) {
    if (m == 0) return n + 1;
    if (n == 0) return ackermann(m - 1, 1);
    return ackermann(m - 1, ackermann(m, n - 1));
}

/* How many ways to place queens from this row on; bits are columns and diagonals that are taken. */
static NOINLINE uint32_t queens(uint32_t all, uint32_t columns, uint32_t left, uint32_t right) {
    if (columns == all) return 1;
    uint32_t ways = 0;
    for (uint32_t free = all & ~(columns | left | right); free != 0; free &= free - 1) {
        uint32_t bit = free & (0u - free);
        ways += queens(all, columns | bit, (left | bit) << 1, (right | bit) >> 1);
    }
    return ways;
}

static NOINLINE uint32_t move_tower(int height, uint32_t from, uint32_t to, uint32_t moves) {
    if (height == 0) return moves;
    moves = move_tower(height - 1, from, 3 - from - to, moves);
    return move_tower(height - 1, 3 - from - to, to, moves * 3u + from + to);
}

typedef struct Term {
    char operation; /* 0: a number */
    int32_t number;
    const struct Term *left, *right;
} Term;

static Term terms[256];
static int used;

static NOINLINE const Term *make_term(char operation, int32_t number, const Term *left, const Term *right) {
    Term *term = &terms[used++ % 256];
    *term = (Term){operation, number, left, right};
    return term;
}

static NOINLINE const Term *grow(int depth, uint32_t *random) {
    uint32_t value = next_random(random);
    if (depth == 0 || value % 8 == 0) return make_term(0, (int32_t)(value >> 8 & 0xff) - 100, NULL, NULL);
    const Term *left = grow(depth - 1, random);
    return make_term("+-*/"[value >> 4 & 3], 0, left, grow(depth - 1, random));
}

static NOINLINE int32_t evaluate(const Term *term) {
    if (term->operation == 0) return term->number;
    uint32_t left = (uint32_t)evaluate(term->left);
    uint32_t right = (uint32_t)evaluate(term->right);
    switch (term->operation) {
    case '+': return (int32_t)(left + right);
    case '-': return (int32_t)(left - right);
    case '*': return (int32_t)(left * right);
    default: return (int32_t)left / (int32_t)((right & 0xff) + 1);
    }
}

#define COUNT 512
static int32_t numbers[COUNT];

uint32_t bench_run(uint32_t iterations) {
    uint32_t random = 1;
    uint32_t sum = 0;
    for (uint32_t round = 0; round < iterations; round++) {
        for (int i = 0; i < COUNT; i++) numbers[i] = (int32_t)next_random(&random);
        quicksort(numbers, numbers + COUNT - 1);
        sum = sum * 31u + (uint32_t)numbers[round % COUNT];
        sum = sum * 31u + ackermann(2, 20 + (round & 3));
        sum = sum * 31u + queens(0x3f, 0, 0, 0) + move_tower(8, 0, 2, round);
        used = 0;
        sum = sum * 31u + (uint32_t)evaluate(grow(6, &random));
    }
    return sum;
}
