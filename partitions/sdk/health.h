/*
 * The health monitor for C guests: the records that a system partition receives by a channel from `health`, control of other
 * partitions, and the guest's own watchdog (ARINC 653 P1 §2.4; codes of errors and modes: partita.h).
 */
#ifndef PARTITA_HEALTH_H
#define PARTITA_HEALTH_H

#include "partita.h"
#include "port.h"

enum partita_health_level { PARTITA_LEVEL_PROCESS = 1, PARTITA_LEVEL_PARTITION, PARTITA_LEVEL_MODULE };

enum partita_health_action {
    PARTITA_ACTION_IGNORE = 1,
    PARTITA_ACTION_PROPAGATE,
    PARTITA_ACTION_SUSPEND,
    PARTITA_ACTION_IDLE,
    PARTITA_ACTION_WARM_START,
    PARTITA_ACTION_COLD_START,
    PARTITA_ACTION_SWITCH_SCHEDULE,
    PARTITA_ACTION_MODULE_RESET,
    PARTITA_ACTION_SHUTDOWN
};

#define PARTITA_NO_TRAP 0xffffffffu

/* One message of the queuing channel. A program has the same as a STRUCT of UDINT, ULINT and ARRAY [0..31] OF DWORD. */
struct partita_health_record {
    uint32_t sequence;  /* of that partition's errors, from 1 */
    uint32_t partition; /* its index in the module */
    uint64_t cycle;     /* board time */
    uint32_t frame;
    uint32_t slot;
    uint32_t error;     /* PARTITA_DEADLINE_MISSED and so on */
    uint32_t level;     /* enum partita_health_level */
    uint32_t action;    /* enum partita_health_action: what was done about it */
    uint32_t mode;      /* the partition's PARTITA_MODE_* then */
    uint32_t cause;     /* mcause of a trap, or PARTITA_NO_TRAP */
    uint32_t pc;
    uint32_t value;     /* of a trap what mtval would hold, else the detail that the guest gave */
    uint32_t lost;      /* records before this one that found no place in the queue */
    uint32_t x[32];     /* the integer registers */
};

/* The next record of a port that a channel from `health` feeds. 1, or 0 when there is none in this slot. */
static inline int health_receive(uint32_t port, struct partita_health_record *record) {
    return port_receive(port, record, sizeof *record) == (int32_t)sizeof *record;
}

/* The index of the partition of that name, or 0xffffffff; selects it for what follows. */
static inline uint32_t partition_find(const char *name) {
    partita_write(PARTITA_CONTROL_LOOKUP, (uint32_t)name);
    return partita_read(PARTITA_CONTROL_SELECT);
}

/* Asks for PARTITA_CONTROL_START and so on. One of the PARTITA_* return codes. */
static inline uint32_t partition_control(uint32_t partition, uint32_t command) {
    partita_write(PARTITA_CONTROL_SELECT, partition);
    partita_write(PARTITA_CONTROL_COMMAND, command);
    return partita_read(PARTITA_CONTROL_STATUS);
}

/* Its mode at the start of this slot, PARTITA_SUSPENDED set when it is. */
static inline uint32_t partition_mode(uint32_t partition) {
    partita_write(PARTITA_CONTROL_SELECT, partition);
    return partita_read(PARTITA_CONTROL_MODE);
}

/* For guests that do not publish often enough. */
static inline void watchdog_kick(void) { partita_write(PARTITA_WATCHDOG_KICK, 0); }

#endif
