/*
 * Tactus, a small preemptive kernel for one RV32 hart with M and U modes: what an application declares, and what its
 * tasks may ask.
 *
 * All there is, is declared before the start: one `struct application` names the tasks, the mutexes and the queues.
 * Tasks run in U mode; physical memory protection (RISC-V Privileged §3.7) shows each of them the program text and its
 * own regions, and nothing else. The most urgent task that is ready runs; equals run for a time slice in turn.
 */
#ifndef TACTUS_H
#define TACTUS_H

#include <stdbool.h>
#include <stdint.h>

/* ---- time: ticks of mtime, 10 MHz on this board, from power-on --------------------------------------------------- */
typedef uint64_t instant;
#define MICROSECONDS(n) ((instant)(n) * 10u)
#define MILLISECONDS(n) ((instant)(n) * 10000u)
#define AT_ONCE ((instant)0) /* as a deadline: do not wait */
#define NEVER UINT64_MAX     /* as a deadline: wait for as long as it takes */

/* ---- regions: what a task may touch besides the program text ----------------------------------------------------- */
#define MAY_READ 1u
#define MAY_WRITE 2u
#define MAY_EXECUTE 4u

struct region {
    const volatile void *start, *end; /* whole words */
    uint32_t access;
};

/*
 * A domain is a set of variables under one name. `OF(logger) static int lines;` puts a variable into it; after
 * `DOMAIN(logger);` a DOMAIN_REGION(logger) among a task's regions lets that task read and write it. What is in no
 * domain is the kernel's alone.
 */
#define OF(domain) __attribute__((section("domain_" #domain), aligned(4)))
#define DOMAIN(domain) extern uint8_t __start_domain_##domain[], __stop_domain_##domain[]
#define DOMAIN_REGION(domain) { __start_domain_##domain, __stop_domain_##domain, MAY_READ | MAY_WRITE }
#define DOMAIN_READABLE(domain) { __start_domain_##domain, __stop_domain_##domain, MAY_READ }

/* ---- what an application declares -------------------------------------------------------------------------------- */
#define TASKS_MAX 15u
#define MUTEXES_MAX 8u
#define QUEUES_MAX 8u
#define TASK_REGIONS 4u

/* What a task may ask for besides its own affairs. */
#define MAY_GOVERN 1u       /* start and stop tasks, power off */
#define MAY_READ_CONSOLE 2u /* everybody may write */

struct task_definition {
    const char *name;
    void (*entry)(uint32_t argument); /* its return ends the task */
    uint8_t priority;                 /* 1 … 255, the most urgent */
    bool waits_for_start;             /* it runs when some task calls task_start, not from power-on */
    void *stack;                      /* whole words, of no domain */
    uint32_t stack_bytes;
    struct region regions[TASK_REGIONS]; /* the unused ones empty */
    uint32_t mutexes, queues;            /* those that it may use, by BIT */
    uint32_t rights;
};
#define BIT(index) (1u << (index))

struct queue_definition {
    void *items; /* room for `capacity` items, of no domain */
    uint32_t item_bytes, capacity;
};

struct application {
    const struct task_definition *tasks;
    uint32_t task_count;
    uint32_t mutex_count;
    const struct queue_definition *queues;
    uint32_t queue_count;
};

/* The application's own; tasks, mutexes and queues are known by their index in it. */
extern const struct application application;

/* ---- what a task may ask: system calls --------------------------------------------------------------------------- */
enum status {
    OK = 0,
    TIMED_OUT = -1,
    OWNER_DIED = -2,   /* the mutex is yours, but a task was killed while it held it: look at what it guards */
    NOT_OWNER = -3,
    DEADLOCK = -4,     /* to wait for this mutex would be to wait for oneself */
    REFUSED = -5,      /* no such thing, or memory, mutexes, queues or rights that the caller does not have */
    BUSY = -6,         /* the task runs already */
};

enum call {
    CALL_YIELD,
    CALL_NOW,
    CALL_SLEEP,
    CALL_EXIT,
    CALL_LOCK,
    CALL_UNLOCK,
    CALL_SEND,
    CALL_RECEIVE,
    CALL_WRITE,
    CALL_READ,
    CALL_START,
    CALL_STOP,
    CALL_INFORM,
    CALL_STACK_USED,
    CALL_HYPERVISOR,
    CALL_POWER_OFF,
    CALLS
};

/* The arguments in a0 … a3, the call in a7; the answer comes back in a0 and a1 (as in the RISC-V psABI). */
static inline uint64_t system_call(enum call call, uint32_t first, uint32_t second, uint64_t third) {
    register uint32_t a0 __asm__("a0") = first;
    register uint32_t a1 __asm__("a1") = second;
    register uint32_t a2 __asm__("a2") = (uint32_t)third;
    register uint32_t a3 __asm__("a3") = (uint32_t)(third >> 32);
    register uint32_t a7 __asm__("a7") = call;
    __asm__ volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a2), "r"(a3), "r"(a7) : "memory");
    return (uint64_t)a1 << 32 | a0;
}

/* Lets the others of the same priority run first. */
static inline void yield(void) { system_call(CALL_YIELD, 0, 0, 0); }

static inline instant now(void) { return system_call(CALL_NOW, 0, 0, 0); }

/* A periodic task adds its period to the instant and does not drift. */
static inline void sleep_until(instant wake) { system_call(CALL_SLEEP, 0, 0, wake); }

static inline void task_exit(void) { system_call(CALL_EXIT, 0, 0, 0); }

/* A mutex lends its owner the priority of the most urgent task that waits for it. It is not recursive. */
static inline enum status mutex_lock(uint32_t mutex, instant deadline) {
    return (enum status)system_call(CALL_LOCK, mutex, 0, deadline);
}
static inline enum status mutex_unlock(uint32_t mutex) { return (enum status)system_call(CALL_UNLOCK, mutex, 0, 0); }

/* A queue copies items of its fixed size, first in, first out; senders wait for room, receivers for an item. */
static inline enum status queue_send(uint32_t queue, const void *item, instant deadline) {
    return (enum status)system_call(CALL_SEND, queue, (uint32_t)item, deadline);
}
static inline enum status queue_receive(uint32_t queue, void *item, instant deadline) {
    return (enum status)system_call(CALL_RECEIVE, queue, (uint32_t)item, deadline);
}

/* The console writes up to CONSOLE_WRITE_MAX bytes in one piece: nothing of other tasks comes between. */
#define CONSOLE_WRITE_MAX 256u
static inline enum status console_write(const void *bytes, uint32_t count) {
    return (enum status)system_call(CALL_WRITE, (uint32_t)bytes, count, 0);
}

/* Waits for at least one byte; how many came, up to `room`, or TIMED_OUT. MAY_READ_CONSOLE. */
static inline int32_t console_read(void *bytes, uint32_t room, instant deadline) {
    return (int32_t)system_call(CALL_READ, (uint32_t)bytes, room, deadline);
}

/* Runs a task from its entry: one that waits for its start, ended or was killed. Its domains stay. MAY_GOVERN. */
static inline enum status task_start(uint32_t task, uint32_t argument) {
    return (enum status)system_call(CALL_START, task, argument, 0);
}

/* Ends a task where it is. What it held is as after a fault. MAY_GOVERN. */
static inline enum status task_stop(uint32_t task) { return (enum status)system_call(CALL_STOP, task, 0, 0); }

enum task_state { READY, WAITING, ENDED, KILLED };

struct task_information {
    const char *name;
    enum task_state state;
    uint32_t priority; /* with what it inherits */
    uint32_t starts;
    uint32_t cause, pc, address; /* of the fault that killed it */
    uint64_t cycles;             /* of the processor, so far */
};

/* REFUSED beyond the last task. */
static inline enum status task_inform(uint32_t task, struct task_information *into) {
    return (enum status)system_call(CALL_INFORM, task, (uint32_t)into, 0);
}

/* Bytes of its stack that a task has used at most since it was started; 0 when it never was. REFUSED beyond the last. */
static inline int32_t task_stack_used(uint32_t task) { return (int32_t)system_call(CALL_STACK_USED, task, 0, 0); }

/* Whether the partita device is there; what is under it depends on the hypervisor. */
static inline bool under_hypervisor(void) { return (uint32_t)system_call(CALL_HYPERVISOR, 0, 0, 0) != 0; }

/* Ends it all with an exit code for the board's finisher: 0 passed. MAY_GOVERN. */
static inline enum status power_off(uint32_t code) { return (enum status)system_call(CALL_POWER_OFF, code, 0, 0); }

#endif
