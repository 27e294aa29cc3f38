/*
 * Every 20 ms: latches the process image, hands a sample to the filter, and publishes what the filter found last. The
 * one task that may touch the partita device. Without a hypervisor that schedules it, it makes a test signal instead.
 */
#include "../../sdk/partita.h"
#include "monitor.h"

/* What the process image says. `volatile`: the hypervisor reads and writes it at the doorbells. */
#define POINT OF(image) volatile
POINT uint8_t level_valid, inflow_valid;
POINT float level, inflow, pressure;
POINT uint16_t sabotage; /* an enum misdeed, for acceptance tests */
POINT float consumption, reserve;
POINT uint8_t burst;
POINT uint16_t killed_tasks;

OF(sampler) static uint16_t sabotage_before;
OF(sampler) static uint32_t test_samples;

/* Only under a schedule does somebody feed the process image. */
static bool has_process_image(void) {
    return under_hypervisor() && partita_read(PARTITA_MAJOR_FRAME) != 0;
}

static struct sample sample_of_image(void) {
    return (struct sample){ level, inflow, pressure, level_valid && inflow_valid };
}

/* A reservoir that is emptied for 30 s and filled for 30 s, at 4 mm/s. */
static struct sample test_sample(void) {
    uint32_t phase = test_samples++ % 3000u;
    bool filling = phase >= 1500u;
    uint32_t down = filling ? 3000u - phase : phase;
    return (struct sample){ 3.0f - (float)down * 0.00008f, filling ? 24.0f : 0.0f, 4.0f, true };
}

/* A misdeed is asked for by a change of the point, and ended by 0. */
static void obey_sabotage(void) {
    if (sabotage == sabotage_before) return;
    sabotage_before = sabotage;
    task_stop(ROGUE);
    if (sabotage != NO_MISDEED) task_start(ROGUE, sabotage);
}

static void show(void) {
    struct task_information task;
    uint16_t killed = 0;
    for (uint32_t i = 0; task_inform(i, &task) == OK; i++) killed += task.state == KILLED;
    killed_tasks = killed;
    if (mutex_lock(STATION_MUTEX, now() + SAMPLE_PERIOD) != OK) return;
    consumption = (float)station.consumption;
    reserve = (float)station.reserve;
    burst = station.burst;
    mutex_unlock(STATION_MUTEX);
}

void sampler(uint32_t argument) {
    (void)argument;
    bool has_image = has_process_image();
    instant next = now() / SAMPLE_PERIOD * SAMPLE_PERIOD;
    if (has_image) partita_write(PARTITA_MODE, PARTITA_MODE_NORMAL);
    for (;;) {
        if (has_image) partita_write(PARTITA_LATCH_INPUTS, 1);
        struct sample sample = has_image ? sample_of_image() : test_sample();
        queue_send(SAMPLES, &sample, AT_ONCE); /* a filter that is so far behind misses it */
        if (has_image) {
            obey_sabotage();
            show();
            partita_write(PARTITA_PUBLISH_OUTPUTS, 1);
        }
        next += SAMPLE_PERIOD;
        sleep_until(next);
    }
}
