/* Virtual dispatch: a network of function blocks of eleven kinds, each evaluated through its kind's table of functions. */
#include "bench.h"

const char bench_name[] = "blocks";

typedef struct Block Block;

typedef struct {
    int32_t (*evaluate)(Block *);
    void (*reset)(Block *);
    uint32_t (*state)(const Block *);
} Kind;

struct Block {
    const Kind *kind;
    const Block *first, *second;
    int32_t output;
    int32_t parameter;
    int32_t memory;
    uint32_t count;
};

#define BLOCKS 200
static Block blocks[BLOCKS];
static int32_t field;

static NOINLINE void forget(Block *block) { block->output = block->memory = 0; }
static NOINLINE void keep(Block *block) { block->count++; }
static NOINLINE uint32_t memory_of(const Block *block) { return (uint32_t)block->memory; }
static NOINLINE uint32_t count_of(const Block *block) { return block->count; }
static NOINLINE uint32_t output_of(const Block *block) { return (uint32_t)block->output; }

static int32_t add_wrapped(int32_t a, int32_t b) { return (int32_t)((uint32_t)a + (uint32_t)b); }

static NOINLINE int32_t input(Block *block) { return add_wrapped(field, block->parameter); }
static NOINLINE int32_t add(Block *block) { return add_wrapped(block->first->output, block->second->output); }
static NOINLINE int32_t scale(Block *block) { return block->first->output / (1 + (block->parameter & 15)); }
static NOINLINE int32_t select(Block *block) {
    return block->first->output > block->parameter ? block->first->output : block->second->output;
}
static NOINLINE int32_t limit(Block *block) {
    int32_t value = block->first->output;
    int32_t bound = 1000 + block->parameter;
    return value > bound ? bound : value < -bound ? -bound : value;
}
static NOINLINE int32_t smooth(Block *block) {
    block->memory += (block->first->output - block->memory) >> 3;
    return block->memory;
}
static NOINLINE int32_t rising(Block *block) {
    int32_t now = block->first->output > block->parameter;
    int32_t edge = now && !block->memory;
    block->memory = now;
    return edge ? 1000 : 0;
}
static NOINLINE int32_t counter(Block *block) {
    if (block->first->output > 0) block->count++;
    return (int32_t)(block->count & 0x3ff);
}
static NOINLINE int32_t delay(Block *block) {
    int32_t before = block->memory;
    block->memory = block->first->output;
    return before;
}
static NOINLINE int32_t hysteresis(Block *block) {
    int32_t value = block->first->output;
    if (value > block->parameter + 50) block->memory = 1;
    else if (value < block->parameter - 50) block->memory = 0;
    return block->memory ? block->second->output : 0;
}
static NOINLINE int32_t table(Block *block) {
    static const int16_t curve[16] = {0, 30, 70, 120, 180, 250, 330, 420, 520, 620, 710, 790, 860, 920, 970, 1000};
    return curve[(uint32_t)block->first->output >> 4 & 15];
}

#define KINDS 11
static const Kind kinds[KINDS] = {
    {input, forget, output_of},   {add, forget, output_of},      {scale, forget, output_of}, {select, keep, count_of},
    {limit, keep, output_of},     {smooth, forget, memory_of},   {rising, forget, memory_of}, {counter, keep, count_of},
    {delay, forget, memory_of},   {hysteresis, keep, memory_of}, {table, keep, output_of},
};

/* What an operator's station does to single blocks. */
enum { READ, TUNE, FREEZE, RESET, SWAP, MESSAGES };

static NOINLINE uint32_t handle(uint32_t message, Block *block, uint32_t value) {
    switch (message) {
    case READ: return block->kind->state(block);
    case TUNE: block->parameter = (int32_t)(value & 0xff); return 1;
    case FREEZE: block->output = (int32_t)(value & 0xfff); return 2;
    case RESET: block->kind->reset(block); return 3;
    case SWAP: {
        const Block *first = block->first;
        block->first = block->second;
        block->second = first;
        return 4;
    }
    default: return 5;
    }
}

uint32_t bench_run(uint32_t iterations) {
    uint32_t random = 7;
    uint32_t sum = 0;
    for (uint32_t i = 0; i < BLOCKS; i++) {
        uint32_t kind = i < 8 ? 0 : 1 + next_random(&random) % (KINDS - 1);
        blocks[i] = (Block){
            .kind = &kinds[kind],
            .first = &blocks[i == 0 ? 0 : next_random(&random) % i],
            .second = &blocks[i == 0 ? 0 : next_random(&random) % i],
            .parameter = (int32_t)(next_random(&random) & 0xff),
        };
    }
    for (uint32_t round = 0; round < iterations; round++) {
        field = (int32_t)(next_random(&random) & 0xfff) - 0x800;
        for (Block *block = blocks; block < blocks + BLOCKS; block++) block->output = block->kind->evaluate(block);
        for (int i = 0; i < 8; i++) {
            uint32_t value = next_random(&random);
            sum = sum * 31u + handle(value % (MESSAGES + 1), &blocks[(value >> 4) % BLOCKS], value >> 12);
        }
        sum = sum * 31u + (uint32_t)blocks[BLOCKS - 1].output + (uint32_t)blocks[round % BLOCKS].output;
    }
    return sum;
}
