/* Interrupt-heavy: the CLINT's timer fires about every 2,000 instructions and its handler runs a fixed-point control task, while the
   main loop computes and never sleeps. The period is set in instructions, whatever a tick of mtime is worth on the board (10 at
   100 MHz, 100 in QEMU with -icount shift=0), so that every exact board does the same work. The checksum covers what
   the handler did. Not for the host: it has no CLINT. */
#include "bench.h"

#include "../../programs/print.h"

const char bench_name[] = "ticks";

#define INSTRUCTIONS_A_PERIOD 2000
#define MTIMECMP 0x02004000u
#define MTIME 0x0200bff8u
#define TIMER_INTERRUPT (1 << 7)
#define INTERRUPTS_ENABLED (1 << 3)

static uint32_t period;
static uint32_t due;
static volatile uint32_t remaining;
static uint32_t sum;

/* ── The control task ── */

#define LOOPS 4
static struct {
    int32_t setpoint, value, integral;
} loops[LOOPS];

static void control(uint32_t tick) {
    for (int i = 0; i < LOOPS; i++) {
        int32_t error = loops[i].setpoint - loops[i].value;
        int32_t integral = loops[i].integral + (error >> 4);
        int32_t output = 2 * error + integral;
        if (output > 30000) output = 30000;
        else if (output < -30000) output = -30000;
        else loops[i].integral = integral;
        loops[i].value += (output - loops[i].value) >> 5;
        sum = sum * 31u + (uint32_t)output;
    }
    if (tick % 256 == 0) loops[tick / 256 % LOOPS].setpoint = (int32_t)(sum & 0x3fff);
}

/* ── The timer ── */

/* The board never runs for 2^32 ticks: the upper half stays 0. */
static void set_alarm(uint32_t time) { REGISTER32(MTIMECMP) = time; }

static __attribute__((interrupt("machine"), aligned(4))) void on_timer(void) {
    due += period;
    set_alarm(due);
    if (remaining == 0) return;
    control(remaining);
    remaining--;
}

/* Cycles of the hart while mtime moves on by one. */
static uint32_t cycles_a_tick(void) {
    uint32_t ticks = 64;
    uint32_t first = REGISTER32(MTIME);
    uint32_t tick = first;
    while (tick == first) tick = REGISTER32(MTIME);
    uint32_t begin = READ_CSR(mcycle);
    while (REGISTER32(MTIME) - tick < ticks) {
    }
    return (READ_CSR(mcycle) - begin + ticks / 2) / ticks;
}

static void start_timer(void) {
    REGISTER32(MTIMECMP + 4) = 0xffffffffu;
    uint32_t cycles = cycles_a_tick();
    period = (INSTRUCTIONS_A_PERIOD + cycles / 2) / cycles;
    if (period == 0) period = 1;
    due = REGISTER32(MTIME) + period;
    WRITE_CSR(mtvec, (uint32_t)&on_timer);
    set_alarm(due);
    REGISTER32(MTIMECMP + 4) = 0;
    SET_CSR(mie, TIMER_INTERRUPT);
    SET_CSR(mstatus, INTERRUPTS_ENABLED);
}

/* ── What is interrupted ── */

static uint8_t bytes[256];
static volatile uint32_t background;

static NOINLINE uint32_t scramble(uint32_t value) {
    for (int i = 0; i < 256; i++) {
        value = value * 33u + bytes[i];
        bytes[(value >> 8) & 0xff] = (uint8_t)value;
    }
    return value;
}

uint32_t bench_run(uint32_t iterations) {
    remaining = iterations;
    for (int i = 0; i < LOOPS; i++) loops[i].setpoint = 1000 * (i + 1);
    start_timer();
    while (remaining != 0) background = scramble(background);
    CLEAR_CSR(mstatus, INTERRUPTS_ENABLED);
    return sum;
}
