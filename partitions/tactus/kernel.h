/* What the files of the kernel know of each other. It runs in M mode, from a trap to its return, without interrupts. */
#ifndef TACTUS_KERNEL_H
#define TACTUS_KERNEL_H

#include "tactus.h"

/* ---- entry.S, floats.S: registers and traps ---------------------------------------------------------------------- */
enum { RA = 1, SP = 2, GP = 3, A0 = 10, A1 = 11, A2 = 12, A3 = 13, A7 = 17 };

/* Where the hart's state is kept while a task does not run; entry.S knows the offsets. */
struct frame {
    uint32_t x[32]; /* x[0] is no register's */
    uint32_t pc, mstatus;
};
_Static_assert(sizeof(struct frame) == 136, "as entry.S has it");

struct floats {
    uint64_t f[32];
    uint32_t fcsr;
};

_Noreturn void resume(struct frame *frame);
void floats_save(struct floats *into);
void floats_load(const struct floats *from);
/* The word at an address where perhaps nothing is; then 0. */
uint32_t probe(uint32_t address);
/* What the idle task runs. */
void idle(uint32_t argument);

#define MSTATUS_MPIE (1u << 7)
#define MSTATUS_MPP_M (3u << 11)
#define MSTATUS_FS (3u << 13)
#define MSTATUS_FS_CLEAN (2u << 13)
#define MSTATUS_FS_DIRTY (3u << 13)
#define MIE_TIMER (1u << 7)
#define MIE_EXTERNAL (1u << 11)

#define csr_read(csr) ({ uint32_t value_; __asm__ volatile("csrr %0, " #csr : "=r"(value_)); value_; })
#define csr_write(csr, value) __asm__ volatile("csrw " #csr ", %0" ::"rK"(value) : "memory")
#define csr_set(csr, bits) __asm__ volatile("csrs " #csr ", %0" ::"rK"(bits) : "memory")

/* ---- tasks ------------------------------------------------------------------------------------------------------- */
struct mutex {
    struct task *owner;
    bool owner_died; /* nobody has locked it since */
};

/* What the protection's registers hold for a task: two addresses a region, and 8 bits of configuration an address. */
#define VIEW_REGIONS (2u + TASK_REGIONS)
struct view {
    struct region regions[VIEW_REGIONS];
    uint32_t address[2 * VIEW_REGIONS];
    uint32_t config[VIEW_REGIONS / 2];
};

struct task {
    struct frame frame;
    struct floats floats;
    const struct task_definition *definition;
    struct view view;
    enum task_state state;
    uint8_t priority;      /* the definition's, or more by inheritance */
    uint32_t arrival;      /* orders tasks that are equally urgent */
    instant slice_end;
    const void *awaited;   /* what it waits for, by its address; NULL: only for the time */
    instant deadline;      /* of its wait */
    struct mutex *wanted;  /* when that is a mutex */
    uint8_t *buffer;       /* where what it waits for goes to or comes from */
    uint32_t buffer_bytes;
    uint32_t starts, cause, fault_pc, fault_address;
    uint64_t cycles;
};

/* A stack begins filled with it, so that its use can be seen. */
#define STACK_FILLER 0xa5

/* The application's, and behind them the idle task. */
extern struct task tasks[TASKS_MAX + 1];
#define IDLE_TASK (&tasks[application.task_count])
/* Who runs, or did so until this trap. */
extern struct task *current;

/* tasks.c */
void tasks_init(void);
void task_begin(struct task *task, uint32_t argument);
void task_give_way(void);
void task_wait(const void *awaited, instant deadline);
void task_wake(struct task *task, int32_t result);
void task_end(struct task *task, enum task_state state);

/* scheduler.c */
struct task *most_urgent_waiting_for(const void *awaited);
struct frame *schedule(void);

static inline void answer(int32_t value) { current->frame.x[A0] = (uint32_t)value; }

/* mutex.c */
void mutex_take(uint32_t mutex, instant deadline);
void mutex_give(uint32_t mutex);
void mutexes_left_by(struct task *dead);
void priorities_inherit(void);

/* queue.c */
void queue_put(uint32_t queue, uint8_t *item, instant deadline);
void queue_take(uint32_t queue, uint8_t *item, instant deadline);

/* protection.c */
void view_init(struct view *view, const struct task_definition *definition);
void view_show(const struct view *view);
bool view_allows(const struct view *view, uint32_t address, uint32_t bytes, uint32_t access);

/* float-unit.c */
void floats_follow(struct task *next);
bool floats_give(void);
void floats_forget(struct task *task);

/* calls.c, faults.c, kernel.c */
void system_call_enter(void);
void fault_enter(uint32_t cause);
_Noreturn void panic(const char *reason);

/* ---- devices ----------------------------------------------------------------------------------------------------- */
/* clock.c */
instant clock_now(void);
void clock_arm(instant at);

/* plic.c */
#define UART_INTERRUPT 10u
void plic_init(void);
void plic_enable(uint32_t source);
void plic_dispatch(void);

/* console.c */
void console_init(void);
void console_interrupt(void);
void console_put(uint8_t *bytes, uint32_t count);
void console_take(uint8_t *bytes, uint32_t room, instant deadline);
void console_say(const char *bytes, uint32_t count);
void console_drain(void);

/* board.c */
void board_init(void);
bool board_has_hypervisor(void);
void board_report(const char *text, uint32_t detail, bool is_stack_overflow);
_Noreturn void board_power_off(uint32_t code);

#endif
