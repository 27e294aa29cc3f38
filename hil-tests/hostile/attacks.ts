/** All hostile guests: what each tries, and what becomes of it, so that one that silently does nothing is noticed. */
import type { TrapCause } from "../../runtime/hart/index.ts";

/** A number, or at least so many: how far what never ends gets in the time that it has depends on the compiler. */
export type Count = number | { readonly atLeast: number };

export interface Outcome {
  readonly mode: string;
  /** Modes that it came to, errors that are logged, traps that it could not take, bytes that it sent: how many of each. */
  readonly heard: Readonly<Record<string, Count>>;
  /** Of `struct evidence` (guests/attack.h). Left out: 0. */
  readonly attempts?: Count;
  readonly traps?: Count;
  readonly causes?: readonly TrapCause[];
  readonly result?: Count;
  /** Whether it came to its end. Left out: it did not. */
  readonly done?: boolean;
  /** What it last published. Left out: 0. */
  readonly poison?: Count;
  /** It overwrites its evidence. */
  readonly lost?: boolean;
}

export interface Attack {
  /** The function's name in guests/*.c, or the file's in st/. */
  readonly name: string;
  readonly tries: string;
  /** What the config says of its health, in lines of its partition; left out: nothing. */
  readonly health?: string;
  readonly becomes: Outcome;
}

const many = (number: number): Count => ({ atLeast: number });

type Evidence = Omit<Outcome, "mode" | "heard" | "done">;
type Heard = Outcome["heard"];

/** It is stopped by a trap that it does not take. */
const stoppedBy = (trap: TrapCause, evidence: Evidence = {}): Outcome => ({
  ...{ mode: "IDLE", heard: { NORMAL: 1, [trap]: 1, IDLE: 1 } },
  ...evidence,
});
/** It comes to its end, and sleeps. */
const ends = (attempts: number, evidence: Evidence = {}, heard: Heard = {}): Outcome => ({
  ...{ mode: "NORMAL", heard: { NORMAL: 1, ...heard }, attempts, done: true },
  ...evidence,
});
/** It takes all the time that it gets, and would take more. */
const goesOn = (attempts: Count, evidence: Evidence = {}, heard: Heard = {}): Outcome => ({
  ...{ mode: "NORMAL", heard: { NORMAL: 1, ...heard }, attempts },
  ...evidence,
});

const attack = (name: string, tries: string, becomes: Outcome): Attack => ({ name, tries, becomes });

/** By file in guests/. */
export const ATTACKS_IN_C: Readonly<Record<string, readonly Attack[]>> = {
  memory: [
    attack("read_null", "loads from address 0", stoppedBy("loadAccessFault")),
    attack("read_below_ram", "loads the word before RAM", stoppedBy("loadAccessFault")),
    attack("write_above_ram", "stores behind RAM", stoppedBy("storeAccessFault")),
    attack("write_across_the_end_of_ram", "stores a word half inside", stoppedBy("storeAccessFault")),
    attack(
      "read_the_neighbours_memory",
      "loads where the next partitions would be",
      ends(64, { traps: 64, causes: ["loadAccessFault"] }),
    ),
    attack("write_the_neighbours_memory", "stores there", ends(64, { traps: 64, causes: ["storeAccessFault"] })),
    attack("read_everywhere", "loads all over 4 GiB", ends(1024, { traps: 1023, causes: ["loadAccessFault"] })),
    attack("write_everywhere", "stores all over 4 GiB", ends(1024, { traps: 1019, causes: ["storeAccessFault"] })),
    attack(
      "atomics_everywhere",
      "has atomics and reservations on devices",
      ends(27, { traps: 27, causes: ["loadAccessFault", "storeAccessFault"] }),
    ),
    attack("misuse_reservations", "stores on reservations that it does not have", ends(300, { result: 100 })),
    attack("overwrite_its_device_tree", "writes over its device tree", ends(1024, { result: 0xffff_ffff })),
    attack("overwrite_all_its_memory", "clears RAM, its own code too", stoppedBy("illegalInstruction")),
    attack("overwrite_the_input_area", "writes over inputs, and latches them again", goesOn(many(20_000))),
  ],
  jumps: [
    attack("jump_to_null", "jumps to address 0", stoppedBy("instructionAccessFault")),
    attack("jump_above_ram", "jumps behind RAM", stoppedBy("instructionAccessFault")),
    attack("jump_into_a_device", "executes the partita device", stoppedBy("instructionAccessFault")),
    attack("jump_into_the_uart", "executes the UART", stoppedBy("instructionAccessFault")),
    attack("jump_into_zeros", "executes zeros", stoppedBy("illegalInstruction")),
    attack("jump_across_the_end_of_ram", "executes half an instruction", stoppedBy("instructionAccessFault")),
    attack("jump_everywhere", "jumps all over 4 GiB", ends(1000, { traps: 1000, causes: ["instructionAccessFault"] })),
    attack("jump_into_the_midst_of_instructions", "executes other instructions' second halves", ends(300)),
    attack(
      "jump_table_of_random_addresses",
      "jumps where a broken table sends it",
      ends(500, { traps: 500, causes: ["instructionAccessFault"] }),
    ),
  ],
  hangs: [
    attack("spin", "counts for ever", goesOn(many(50_000))),
    attack("spin_on_one_instruction", "jumps to itself", goesOn(1)),
    attack("spin_with_interrupts_off", "counts where no interrupt comes", goesOn(many(50_000))),
    attack("sleep_for_ever", "waits for what is not enabled", goesOn(1)),
    attack("never_fall_asleep", "waits for what is there already", goesOn(many(50_000))),
    attack("interrupt_storm", "is interrupted before each instruction", goesOn(1)),
    attack("timer_storm", "sets deadlines a tick away", goesOn(many(5000), { traps: many(5000) })),
    attack("absurd_deadlines", "sets deadlines at all ends of 64 bits", ends(25, { traps: 3, result: 25 })),
  ],
  traps: [
    attack("trap_without_a_handler", "executes an illegal instruction", stoppedBy("illegalInstruction")),
    attack("breakpoint_without_a_handler", "stops for a debugger", stoppedBy("breakpoint")),
    attack("system_call_to_nobody", "calls whoever is above", stoppedBy("environmentCallFromMachine")),
    attack("trap_in_the_handler_for_ever", "traps in its handler", goesOn(1)),
    attack("handler_in_nobodys_memory", "has its handler outside RAM", stoppedBy("illegalInstruction")),
    attack("handler_in_a_device", "has its handler in a device", stoppedBy("illegalInstruction")),
    attack("interrupt_without_a_handler", "is interrupted without one", stoppedBy("instructionAccessFault")),
    attack("vector_behind_the_end_of_ram", "has its vector half outside RAM", goesOn(0)),
    attack("handler_that_is_data", "has zeros as its handler", goesOn(1)),
    attack("handler_without_a_stack", "has a handler that stores nowhere", goesOn(1)),
    attack(
      "system_calls_without_end",
      "traps every few instructions",
      goesOn(many(4000), { traps: many(8000), causes: ["breakpoint", "environmentCallFromMachine"] }),
    ),
    attack(
      "illegal_instructions",
      "executes words that are none",
      ends(1000, { traps: 1000, causes: ["illegalInstruction"] }),
    ),
    attack(
      "return_from_no_trap",
      "returns from traps that were none, to nowhere",
      ends(200, { traps: 200, causes: ["instructionAccessFault"] }),
    ),
  ],
  floods: [
    attack("flood_the_uart", "sends bytes without end", goesOn(many(50_000), {}, { byte: many(50_000) })),
    attack("flood_errors", "raises errors", goesOn(many(30_000), {}, { APPLICATION_ERROR: many(30_000) })),
    attack("flood_unknown_errors", "raises what is none", goesOn(many(10_000), {}, { ILLEGAL_REQUEST: many(10_000) })),
    attack("flood_doorbells", "latches and publishes without end", goesOn(many(50_000))),
    attack("flood_its_port", "sends to a full queue", goesOn(many(10_000), { result: 44 })),
    attack("receive_without_end", "receives from an empty queue", goesOn(many(10_000), { result: 40 })),
    attack("flood_mode_requests", "says that it is NORMAL", goesOn(many(50_000))),
    attack("flood_port_lookups", "looks for a port that is not there", goesOn(many(20_000))),
    attack(
      "publish_half_written_outputs",
      "publishes amid its writes",
      goesOn(many(20_000), { poison: many(0x1_0000) }),
    ),
  ],
  devices: [
    attack(
      "every_register_of_the_partita_device",
      "loads and stores all of the page, in all widths",
      ends(
        6138,
        { traps: 6076, causes: ["loadAccessFault", "storeAccessFault"] },
        { ILLEGAL_REQUEST: 5, PORT_ERROR: 1 },
      ),
    ),
    attack(
      "misaligned_registers",
      "loads and stores between registers",
      ends(4590, { traps: 4590, causes: ["loadAccessFault", "storeAccessFault"] }),
    ),
    attack(
      "every_register_of_the_clint",
      "loads and stores all over the CLINT",
      ends(4818, { traps: 3336, causes: ["loadAccessFault", "storeAccessFault"] }),
    ),
    attack(
      "every_register_of_the_plic",
      "loads and stores all over the PLIC",
      ends(3270, { traps: 2212, causes: ["loadAccessFault", "storeAccessFault"] }),
    ),
    attack(
      "every_register_of_the_uart",
      "loads and stores in and behind the UART",
      ends(1536, { traps: 1088, causes: ["loadAccessFault", "storeAccessFault"] }, { byte: 15 }),
    ),
    attack(
      "every_register_of_the_finisher",
      "stores all over the finisher, but no command",
      ends(1536, { traps: 256, causes: ["storeAccessFault"] }),
    ),
    attack(
      "interrupts_that_nobody_serves",
      "lets the UART interrupt it, and does not look why",
      goesOn(many(5000), { traps: many(5000) }, { byte: 1 }),
    ),
    attack(
      "wild_port_calls",
      "sends and receives with wild arguments",
      ends(2160, { result: 2 }, { PORT_ERROR: 1798 }),
    ),
    attack("receive_over_its_own_code", "receives over its start-up code", goesOn(many(20_000))),
    attack(
      "wild_texts",
      "has texts without an end, outside, and of no characters",
      ends(
        14,
        {},
        {
          DEADLINE_MISSED: 1,
          APPLICATION_ERROR: 1,
          NUMERIC_ERROR: 1,
          ILLEGAL_REQUEST: 3,
          STACK_OVERFLOW: 1,
        },
      ),
    ),
  ],
  privilege: [
    attack(
      "user_mode_that_wants_to_be_more",
      "does in U mode what only M mode may",
      goesOn(many(5000), {
        traps: many(5000),
        causes: ["illegalInstruction", "loadAccessFault", "environmentCallFromUser"],
      }),
    ),
    attack(
      "user_mode_without_any_memory",
      "enters a U mode that may not even fetch",
      ends(300, { traps: 300, causes: ["instructionAccessFault"] }),
    ),
    attack("lock_itself_out", "locks all of memory, its handler too", stoppedBy("instructionAccessFault")),
    attack("lock_itself_read_only", "locks its own code", stoppedBy("instructionAccessFault")),
    attack("storm_of_protection", "changes protection without end", goesOn(many(5000))),
    attack(
      "lend_its_rights",
      "loads with the rights of U mode",
      ends(200, { traps: 200, causes: ["loadAccessFault"] }),
    ),
    attack(
      "every_control_register",
      "writes all control registers there could be",
      ends(4013, { traps: 3908, causes: ["illegalInstruction"] }),
    ),
    attack(
      "floating_point_that_is_off",
      "computes where floating point is off",
      ends(300, { traps: 900, causes: ["illegalInstruction"] }),
    ),
    attack(
      "exhaust_float_flags",
      "raises every flag in every rounding mode",
      ends(8, { traps: 15, causes: ["illegalInstruction"], result: 31 }),
    ),
    attack("divide_by_zero", "divides by 0, and the least number by −1", ends(1000, { result: 7 })),
    attack("stop_its_counters", "stops and sets its counters", goesOn(many(30_000))),
  ],
  code: [
    attack("rewrite_a_function", "calls a function that is always another one", goesOn(many(10_000))),
    attack("rewrite_without_a_fence", "does so without fence.i", goesOn(many(10_000))),
    attack("rewrite_the_next_instruction", "stores over its next instruction", goesOn(many(10_000))),
    attack("fence_storm", "fences without end", goesOn(many(30_000))),
    attack("wander_through_ram", "executes each of its functions at another place", goesOn(many(20_000))),
    attack(
      "execute_random_words",
      "executes random words",
      goesOn(many(50), { traps: many(2000), causes: ["illegalInstruction"] }),
    ),
  ],
  lifecycle: [
    attack("power_off", "powers its board off", { mode: "IDLE", heard: { NORMAL: 1, "power off 0": 1, IDLE: 1 } }),
    attack("power_off_as_failed", "does so with a code", {
      ...{ mode: "IDLE", heard: { NORMAL: 1, "power off 42": 1, IDLE: 1 } },
    }),
    attack("reset_in_a_loop", "resets its board", { mode: "COLD_START", heard: { NORMAL: 80, COLD_START: 80 } }),
    attack("cold_starts_in_a_loop", "restarts itself", { mode: "COLD_START", heard: { NORMAL: 80, COLD_START: 80 } }),
    attack("warm_starts_in_a_loop", "does so warm", { mode: "WARM_START", heard: { NORMAL: 80, WARM_START: 80 } }),
    attack("idle_by_its_own_wish", "goes IDLE", { mode: "IDLE", heard: { NORMAL: 1, IDLE: 1 } }),
    attack("publish_while_it_starts", "publishes before it is NORMAL", {
      ...{ mode: "COLD_START", heard: {}, attempts: many(50_000) },
    }),
    attack("send_while_it_starts", "sends before it is NORMAL", {
      ...{ mode: "COLD_START", heard: { PORT_ERROR: many(20_000) }, attempts: many(20_000) },
    }),
    attack("modes_that_there_are_not", "asks for wild modes", ends(1026, { result: 3 }, { ILLEGAL_REQUEST: 1026 })),
    attack(
      "command_others_without_the_right",
      "starts, stops and resets others",
      ends(70, { result: 50 }, { ILLEGAL_REQUEST: 140 }),
    ),
    attack("fail_while_it_starts", "faults before it is NORMAL", {
      ...{ mode: "IDLE", heard: { loadAccessFault: 1, IDLE: 1 } },
    }),
    attack("complete_errors_of_nobody", "deals with errors that are not there", ends(300)),
    attack(
      "switch_schedules_without_the_right",
      "asks for a schedule of its own",
      ends(300, { result: 300 }, { ILLEGAL_REQUEST: 300 }),
    ),
  ],
  stack: [
    attack(
      "recursion_without_end",
      "calls itself until its stack has left RAM",
      stoppedBy("storeAccessFault", { attempts: many(80) }),
    ),
    attack("stack_in_nobodys_memory", "has its stack outside RAM", stoppedBy("storeAccessFault")),
    attack("stack_in_the_partita_device", "pushes into the partita device", {
      ...{ mode: "IDLE", heard: { NORMAL: 1, storeAccessFault: 1, IDLE: 1 } },
    }),
    attack("stack_in_the_uart", "pushes into the UART", stoppedBy("storeAccessFault")),
    attack("stack_that_wraps_around", "has its stack at address 0", stoppedBy("storeAccessFault")),
  ],
};

const inStructuredText = (name: string, tries: string, heard: Heard, poison: Count = 40): Attack =>
  attack(name, tries, { mode: "NORMAL", heard: { NORMAL: 1, ...heard }, poison });

export const ATTACKS_IN_ST: readonly Attack[] = [
  inStructuredText("divide_by_zero", "divides by 0 in all widths", { NUMERIC_ERROR: 1600 }),
  inStructuredText("endless_loop", "never ends its scan", { DEADLINE_MISSED: 39 }, 0),
  inStructuredText("scans_too_long", "scans longer than its interval", { DEADLINE_MISSED: many(20) }, many(2)),
  inStructuredText("index_out_of_bounds", "reads and writes outside an array", { APPLICATION_ERROR: 1600 }),
  inStructuredText("null_pointer", "writes through a pointer to nothing", { APPLICATION_ERROR: 1600 }),
  attack("wild_pointer", "writes through a pointer to a device", stoppedBy("storeAccessFault")),
  inStructuredText("overflowing_texts", "lets texts grow past their room", { DEADLINE_MISSED: many(20) }, many(2)),
  inStructuredText("flood_a_queue", "sends more than a slot has time for", { DEADLINE_MISSED: many(20) }, many(2)),
  inStructuredText("exhausted_numbers", "counts over the end of all types", {}),
  inStructuredText("large_data", "copies more than a slot has time for", { DEADLINE_MISSED: many(20) }, 0),
];

/** It is restarted as often as its budget says, and then stopped. */
const usesUpItsBudget = (error: string): Outcome => ({
  ...{ mode: "IDLE", heard: { NORMAL: 6, COLD_START: 5, [error]: 6, IDLE: 1 }, lost: true },
});
const answered = (health: string, name: string, tries: string, becomes: Outcome): Attack => ({
  ...attack(name, tries, becomes),
  health,
});

/** Attacks in C that the health monitor answers as a table in the config says. */
export const ATTACKS_ON_HEALTH: readonly Attack[] = [
  answered("health: restarting", "read_null", "faults until its budget is used up", usesUpItsBudget("loadAccessFault")),
  answered("health: restarting", "flood_errors", "raises errors until then", usesUpItsBudget("APPLICATION_ERROR")),
  answered(
    "health: restarting\n    watchdog: 5 ms",
    "spin",
    "does not kick its watchdog",
    usesUpItsBudget("WATCHDOG_TIMER"),
  ),
  answered(
    "health: restarting\n    traps: [illegalInstruction]",
    "trap_in_the_handler_for_ever",
    "traps in its handler, where that trap is claimed",
    usesUpItsBudget("illegalInstruction"),
  ),
  answered("health: unlimited", "read_null", "faults in each of its lives", {
    ...{ mode: "COLD_START", heard: { NORMAL: 80, COLD_START: 80, loadAccessFault: 80 }, lost: true },
  }),
  answered("health: propagating", "read_null", "has no handler that could be told", stoppedBy("loadAccessFault")),
];
