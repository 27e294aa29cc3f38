/* A PLC runtime of the old kind: an instruction list in bytecode, interpreted, and sequencers that step through function pointers. */
#include "bench.h"

const char bench_name[] = "fsm";

enum { LD, LDN, AND, ANDN, OR, XOR, ST, SET, RST, ADD, SUB, MUL, GT, TON, CTU, JMPC, END };

typedef struct {
    uint8_t operation;
    uint8_t at;
    int16_t constant;
} Instruction;

static const Instruction program[] = {
    {LD, 0, 0},   {ANDN, 1, 0},  {OR, 8, 0},   {ST, 8, 0},    {LD, 8, 0},   {TON, 0, 5},   {ST, 9, 0},  {LD, 9, 0},
    {CTU, 0, 20}, {ST, 10, 0},   {LDN, 10, 0}, {JMPC, 0, 2},  {SET, 12, 0}, {XOR, 3, 0},   {ST, 13, 0}, {ADD, 0, 3},
    {MUL, 1, 5},  {SUB, 2, 7},   {GT, 1, 1000}, {ST, 14, 0},  {LD, 14, 0},  {AND, 2, 0},   {SET, 15, 0}, {LDN, 4, 0},
    {RST, 15, 0}, {LD, 5, 0},    {XOR, 6, 0},  {XOR, 7, 0},   {ST, 16, 0},  {LD, 16, 0},   {TON, 1, 9}, {ST, 17, 0},
    {LD, 17, 0},  {CTU, 1, 7},   {ST, 18, 0},  {END, 0, 0},
};
static uint8_t image[32];
static int32_t registers[4];
static uint16_t timers[4], counters[4];
static uint8_t last[4];

static NOINLINE void scan(void) {
    uint32_t result = 0;
    for (const Instruction *next = program;; next++) {
        uint8_t at = next->at;
        int16_t constant = next->constant;
        switch (next->operation) {
        case LD: result = image[at]; break;
        case LDN: result = !image[at]; break;
        case AND: result &= image[at]; break;
        case ANDN: result &= !image[at]; break;
        case OR: result |= image[at]; break;
        case XOR: result ^= image[at]; break;
        case ST: image[at] = (uint8_t)result; break;
        case SET: if (result) image[at] = 1; break;
        case RST: if (result) image[at] = 0; break;
        case ADD: registers[at] += constant; break;
        case SUB: registers[at] -= constant; break;
        case MUL: registers[at] = (int32_t)((uint32_t)registers[at] * (uint32_t)constant + 1u); break;
        case GT: result = (registers[at] & 0xfff) > constant; break;
        case TON:
            if (!result) timers[at] = 0;
            else if (timers[at] < constant) {
                timers[at]++;
                result = 0;
            }
            break;
        case CTU:
            if (result && !last[at]) counters[at]++;
            last[at] = (uint8_t)result;
            result = counters[at] >= constant;
            if (result) counters[at] = 0;
            break;
        case JMPC: if (result) next += constant; break;
        case END: return;
        }
    }
}

typedef struct Sequence Sequence;
struct Sequence {
    void (*step)(Sequence *);
    uint32_t time, count, event;
};

static void idle(Sequence *);
static void fill(Sequence *);
static void heat(Sequence *);
static void drain(Sequence *);
static void fault(Sequence *);

static void go(Sequence *sequence, void (*step)(Sequence *)) { sequence->step = step; }

static void idle(Sequence *sequence) {
    if ((sequence->event & 1) == 0) return;
    sequence->time = 0;
    go(sequence, fill);
}

static void fill(Sequence *sequence) {
    if (++sequence->time > 3) {
        sequence->time = 0;
        go(sequence, heat);
    } else if (sequence->event & 16) go(sequence, fault);
}

static void heat(Sequence *sequence) {
    sequence->time += 1 + (sequence->event & 1);
    if (sequence->time > 6) go(sequence, drain);
    else if ((sequence->event & 48) == 48) go(sequence, fault);
}

static void drain(Sequence *sequence) {
    sequence->count++;
    if (sequence->time-- == 0) go(sequence, idle);
}

static void fault(Sequence *sequence) {
    sequence->count += 100;
    if (sequence->event & 2) go(sequence, idle);
}

#define SEQUENCES 24
static Sequence sequences[SEQUENCES];

uint32_t bench_run(uint32_t iterations) {
    uint32_t random = 1;
    uint32_t sum = 0;
    for (int i = 0; i < SEQUENCES; i++) sequences[i] = (Sequence){.step = idle};
    for (uint32_t round = 0; round < iterations; round++) {
        random = random * 1664525u + 1013904223u;
        for (int i = 0; i < 8; i++) image[i] = random >> (20 + i) & 1;
        scan();
        for (int i = 0; i < SEQUENCES; i++) {
            sequences[i].event = (random >> (i & 7)) >> 9;
            sequences[i].step(&sequences[i]);
        }
        sum = sum * 31u + image[18] + image[15] + (uint32_t)registers[1] + sequences[round % SEQUENCES].count;
    }
    return sum;
}
