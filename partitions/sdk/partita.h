/*
 * How a guest meets the hypervisor: the partita device, one page of 32-bit registers at 0x0400_0000.
 * This file is the device's one definition; a test holds runtime/board/devices/partita.ts against it.
 * All accesses are 32 bits wide and aligned; anything else is an access fault.
 */
#ifndef PARTITA_H
#define PARTITA_H

#define PARTITA_BASE 0x04000000u

/* ---- identity ---------------------------------------------------------------------------------------------------- */
#define PARTITA_MAGIC 0x000           /* r   0x50415254, "PART" */
#define PARTITA_VERSION 0x004         /* r   1 */
#define PARTITA_PARTITION 0x008       /* r   this partition's index in the module */
#define PARTITA_CLOCK_HZ 0x00c        /* r   cycles per second of the board clock */
#define PARTITA_MODE 0x010            /* rw  ARINC 653 operating mode; a write asks for a change, see PARTITA_MODE_* */
#define PARTITA_START_CONDITION 0x014 /* r   why it started, see PARTITA_START_* */

#define PARTITA_MODE_IDLE 0       /* written: the partition stops until it is restarted from outside */
#define PARTITA_MODE_COLD_START 1 /* written: restart from the image at the next slot */
#define PARTITA_MODE_WARM_START 2 /* written: the same, keeping the retained area */
#define PARTITA_MODE_NORMAL 3     /* written: initialisation is done; inputs and outputs flow from now on */

#define PARTITA_START_POWER_ON 0
#define PARTITA_START_PARTITION_RESTART 1
#define PARTITA_START_HEALTH_MONITOR 2

/* ---- where the image's areas are in RAM; 0 when the image has none ------------------------------------------------- */
#define PARTITA_INPUT_BASE 0x020    /* r */
#define PARTITA_INPUT_SIZE 0x024    /* r   bytes */
#define PARTITA_OUTPUT_BASE 0x028   /* r */
#define PARTITA_OUTPUT_SIZE 0x02c   /* r   bytes */
#define PARTITA_RETAINED_BASE 0x030 /* r */
#define PARTITA_RETAINED_SIZE 0x034 /* r   bytes */

/* ---- doorbells: any value written rings -------------------------------------------------------------------------- */
#define PARTITA_LATCH_INPUTS 0x040    /* w   copy the inputs fixed at the start of this slot into RAM */
#define PARTITA_PUBLISH_OUTPUTS 0x044 /* w   hand the outputs over; they take effect at the end of this slot */

/* ---- time: 64-bit values as a low and a high word, constant during a slot ------------------------------------------ */
#define PARTITA_FRAME 0x050         /* r   number of this major frame, from 0 */
#define PARTITA_SLOT_START 0x058    /* r   board cycle at which this slot started */
#define PARTITA_SLOT_DURATION 0x060 /* r   cycles */
#define PARTITA_MAJOR_FRAME 0x068   /* r   cycles */

/* ---- errors: write DETAIL and MESSAGE first, then the code ---------------------------------------------------------- */
#define PARTITA_ERROR_DETAIL 0x080  /* rw  any number: a source line, a subcode */
#define PARTITA_ERROR_MESSAGE 0x084 /* rw  address of a NUL-terminated text (at most 128 bytes are read), or 0 */
#define PARTITA_RAISE_ERROR 0x088   /* w   one of the first five below; the guest goes on unless its health table says otherwise */

#define PARTITA_DEADLINE_MISSED 1
#define PARTITA_APPLICATION_ERROR 2
#define PARTITA_NUMERIC_ERROR 3
#define PARTITA_ILLEGAL_REQUEST 4
#define PARTITA_STACK_OVERFLOW 5 /* also noticed: an access fault below RAM while the stack pointer is there, too (link.ld) */
#define PARTITA_MEMORY_VIOLATION 6
#define PARTITA_HARDWARE_FAULT 7
#define PARTITA_PARTITION_INIT 8
#define PARTITA_CONFIG_ERROR 9
#define PARTITA_POWER_FAIL 10
#define PARTITA_PORT_ERROR 11
#define PARTITA_WATCHDOG_TIMER 12

/* ---- errors that the health table leaves to the guest (PROPAGATE): PLIC source 11 is pending while there is one --------- */
#define PARTITA_HEALTH_ERROR 0x0a0    /* r   code of the oldest one; 0: none. A trap goes to mtvec instead */
#define PARTITA_HEALTH_DETAIL 0x0a4   /* r   what was written to ERROR_DETAIL, or another number that says more */
#define PARTITA_HEALTH_CYCLE 0x0a8    /* r   board cycle at which it happened; 64 bits */
#define PARTITA_HEALTH_COMPLETE 0x0b0 /* w   any value: it is dealt with, and the next one takes its place */

/* ---- watchdog: PUBLISH_OUTPUTS kicks it as well; it counts from the partition's first slot on -------------------------- */
#define PARTITA_WATCHDOG_KICK 0x0b4   /* w   any value */
#define PARTITA_WATCHDOG_PERIOD 0x0b8 /* r   cycles after a kick at which it expires; 0: there is none; 64 bits */

/* ---- schedules: counted from 0 in the order of the config; the first is the one at power-on ------------------------ */
#define PARTITA_SCHEDULE 0x090         /* r   the one that the module follows; constant during a slot */
#define PARTITA_SCHEDULE_REQUEST 0x094 /* w   system partitions only: after this major frame the module goes on in this one */
#define PARTITA_SCHEDULE_STATUS 0x098  /* r   of the last request: PARTITA_NO_ERROR, PARTITA_INVALID_PARAM when there is no */
                                       /*     such schedule, PARTITA_INVALID_CONFIG when this is no system partition */

/* ---- ports: ends of channels that carry messages -------------------------------------------------------------------- */
#define PARTITA_PORT_LOOKUP 0x0c0      /* w   address of a NUL-terminated port name: selects it. PORT_SELECT then holds its */
                                       /*     index, or 0xffff_ffff when the config gives this partition no such port */
#define PARTITA_PORT_SELECT 0x0c4      /* rw  the port that the registers below speak of */
#define PARTITA_PORT_BUFFER 0x0c8      /* rw  address of the message in RAM */
#define PARTITA_PORT_LENGTH 0x0cc      /* rw  bytes to send; for RECEIVE the buffer's size, afterwards the message's */
#define PARTITA_PORT_COMMAND 0x0d0     /* w   PARTITA_PORT_SEND or PARTITA_PORT_RECEIVE. A queuing port gives each message once, */
                                       /*     a sampling port the last one again and again */
#define PARTITA_PORT_STATUS 0x0d4      /* r   of the last command or lookup, see below */
#define PARTITA_PORT_AVAILABLE 0x0d8   /* r   destination: messages that can be received in this slot; source: free places */
#define PARTITA_PORT_MAX_MESSAGE 0x0dc /* r   bytes */
#define PARTITA_PORT_VALIDITY 0x0e0    /* r   sampling destination: 1 when the message is no older than the refresh period, else 0 */
#define PARTITA_PORT_LOST 0x0e4        /* r   queuing destination: messages dropped because there was no place, modulo 2^32 */
#define PARTITA_PORT_AGE 0x0e8         /* r   sampling destination: cycles since the message could first be read, 64 bits */

#define PARTITA_PORT_SEND 1
#define PARTITA_PORT_RECEIVE 2

/* ---- other partitions and the module: for system partitions; for others INVALID_CONFIG and an ILLEGAL_REQUEST ------------ */
#define PARTITA_CONTROL_LOOKUP 0x100  /* w   address of a NUL-terminated partition name: selects it. CONTROL_SELECT then holds its */
                                      /*     index, or 0xffff_ffff */
#define PARTITA_CONTROL_SELECT 0x104  /* rw  the partition that the registers below speak of */
#define PARTITA_CONTROL_COMMAND 0x108 /* w   one of PARTITA_CONTROL_*; it is given when this slot ends, the last one to a partition */
                                      /*     counts, and is obeyed between two slots of that partition, within a major frame */
#define PARTITA_CONTROL_STATUS 0x10c  /* r   of the last command or lookup, see below */
#define PARTITA_CONTROL_MODE 0x110    /* r   its PARTITA_MODE_* at the start of this slot, PARTITA_SUSPENDED set when it is; */
                                      /*     0xffff_ffff: there is none such */
#define PARTITA_CONTROL_MODULE 0x114  /* w   PARTITA_MODULE_RESET or _SHUTDOWN: when this major frame is over */

#define PARTITA_SUSPENDED 0x100

#define PARTITA_CONTROL_START 1      /* an IDLE partition starts, with its retained data */
#define PARTITA_CONTROL_STOP 2       /* it becomes IDLE */
#define PARTITA_CONTROL_SUSPEND 3    /* it keeps its state, and executes nothing */
#define PARTITA_CONTROL_RESUME 4
#define PARTITA_CONTROL_WARM_START 5 /* it starts anew from its image, with its retained data */
#define PARTITA_CONTROL_COLD_START 6 /* likewise without */

#define PARTITA_MODULE_RESET 1    /* as if its power went off and on */
#define PARTITA_MODULE_SHUTDOWN 2 /* all partitions become IDLE, and the run ends */

/* ARINC 653 P1 §3.1: return codes */
#define PARTITA_NO_ERROR 0
#define PARTITA_NO_ACTION 1      /* a sampling port that nothing was written to yet (RECEIVE) */
#define PARTITA_NOT_AVAILABLE 2  /* queue full (SEND) or empty (RECEIVE) */
#define PARTITA_INVALID_PARAM 3  /* no such port, message too long, buffer outside RAM or too small */
#define PARTITA_INVALID_CONFIG 4
#define PARTITA_INVALID_MODE 5   /* wrong direction, or the partition is not NORMAL */

/* ---- wall clock ---------------------------------------------------------------------------------------------------- */
#define PARTITA_WALL_CLOCK 0x140       /* r   nanoseconds since 1970-01-01 UTC at the start of this major frame, as a low and a */
                                       /*     high word, constant during a slot; it may be set, and then jumps, between frames */
#define PARTITA_WALL_CLOCK_VALID 0x148 /* r   1: somebody has set it; 0: it shows 0 */

#ifndef __ASSEMBLER__
#include <stdint.h>

static inline uint32_t partita_read(uint32_t offset) {
    return *(volatile uint32_t *)(PARTITA_BASE + offset);
}

static inline void partita_write(uint32_t offset, uint32_t value) {
    *(volatile uint32_t *)(PARTITA_BASE + offset) = value;
}
#endif

#endif
