/* Answers commands on the console: what the tasks do, what the station does, and the rogue on request. */
#include "../../tactus/text.h"
#include "monitor.h"

#define LINE_BYTES 64u
#define ROGUE_PATIENCE MILLISECONDS(5) /* time for the rogue to show itself */

struct command {
    const char *name, *arguments, *help;
    void (*run)(const char *argument);
};

OF(shell) volatile uint32_t log_period = 10;
OF(shell) static char line[LINE_BYTES + 1];
OF(shell) static uint32_t length;
OF(shell) static char bytes[CONSOLE_WRITE_MAX];

static struct text sentence(void) { return text_into(bytes, sizeof bytes); }

static void print(struct text *text) {
    text_character(text, '\n');
    console_write(text->bytes, text->length);
}

static void say(const char *string) {
    struct text text = sentence();
    text_add(&text, string);
    print(&text);
}

static const char *const STATES[] = {
    [READY] = "ready", [WAITING] = "waiting", [ENDED] = "ended", [KILLED] = "killed"
};

static void show_tasks(const char *argument) {
    struct task_information task;
    (void)argument;
    say("task      priority  state    starts  stack");
    for (uint32_t i = 0; task_inform(i, &task) == OK; i++) {
        struct text text = sentence();
        text_add(&text, task.name);
        text_column(&text, 10);
        text_number(&text, (int32_t)task.priority, 8);
        text_add(&text, "  ");
        text_add(&text, STATES[task.state]);
        text_column(&text, 29);
        text_number(&text, (int32_t)task.starts, 6);
        text_add(&text, "  ");
        text_number(&text, task_stack_used(i), 4);
        text_add(&text, " of ");
        text_number(&text, (int32_t)application.tasks[i].stack_bytes, 0);
        print(&text);
    }
}

static void show_load(const char *argument) {
    struct task_information task;
    (void)argument;
    say("task        million cycles");
    for (uint32_t i = 0; task_inform(i, &task) == OK; i++) {
        struct text text = sentence();
        text_add(&text, task.name);
        text_column(&text, 10);
        text_decimal(&text, (double)task.cycles / 1e6, 3, 16);
        print(&text);
    }
}

static void show_region(struct text *text, const struct region *region) {
    if (region->access == 0) return;
    text_character(text, ' ');
    text_hexadecimal(text, (uint32_t)region->start);
    text_character(text, '+');
    text_number(text, (int32_t)((uint32_t)region->end - (uint32_t)region->start), 0);
    text_add(text, region->access & MAY_WRITE ? "rw" : "r");
}

static void show_memory(const char *argument) {
    (void)argument;
    for (uint32_t i = 0; i < application.task_count; i++) {
        const struct task_definition *task = &application.tasks[i];
        const uint8_t *stack = task->stack;
        struct region own = { stack, stack + task->stack_bytes, MAY_READ | MAY_WRITE };
        struct text text = sentence();
        text_add(&text, task->name);
        text_column(&text, 9);
        show_region(&text, &own);
        for (uint32_t j = 0; j < TASK_REGIONS; j++) show_region(&text, &task->regions[j]);
        print(&text);
    }
}

static void show_station(const char *argument) {
    (void)argument;
    mutex_lock(STATION_MUTEX, NEVER);
    struct station seen = station;
    mutex_unlock(STATION_MUTEX);
    struct text text = sentence();
    text_add(&text, "level ");
    text_decimal(&text, seen.level, 3, 0);
    text_add(&text, " m, consumption ");
    text_decimal(&text, seen.consumption, 2, 0);
    text_add(&text, " l/s, reserve ");
    text_decimal(&text, seen.reserve, 1, 0);
    text_add(&text, " min, pressure ");
    text_decimal(&text, seen.pressure, 2, 0);
    text_add(&text, " bar; ");
    text_large(&text, seen.samples, 0);
    text_add(&text, " samples, ");
    text_large(&text, seen.invalid, 0);
    text_add(&text, " of them not valid");
    print(&text);
}

static void set_log(const char *argument) {
    uint32_t seconds = 0;
    for (; *argument >= '0' && *argument <= '9'; argument++) seconds = seconds * 10 + (uint32_t)(*argument - '0');
    log_period = seconds;
}

static void misbehave(const char *argument) {
    for (uint32_t misdeed = STORE; misdeed < MISDEEDS; misdeed++) {
        if (!text_equal(argument, misdeed_names[misdeed])) continue;
        task_stop(ROGUE);
        task_start(ROGUE, misdeed);
        return sleep_until(now() + ROGUE_PATIENCE);
    }
    say("crash store, load, fetch, device, csr, stack, call, spin or flood");
}

static void stop_rogue(const char *argument) {
    (void)argument;
    task_stop(ROGUE);
}

static void leave(const char *argument) {
    (void)argument;
    power_off(0);
}

static void help(const char *argument);

static const struct command COMMANDS[] = {
    { "help", "", "these lines", help },
    { "ps", "", "the tasks, and how much of their stacks they have used", show_tasks },
    { "top", "", "the processor cycles that each task has had", show_load },
    { "mem", "", "what each task may touch besides the program text: stack first", show_memory },
    { "station", "", "what the filter knows of the plant", show_station },
    { "log", "SECONDS", "a line every so many seconds, 0: none", set_log },
    { "crash", "HOW", "has the rogue do what a task may not", misbehave },
    { "stop", "", "stops the rogue", stop_rogue },
    { "off", "", "powers off", leave },
};
#define COMMAND_COUNT (sizeof COMMANDS / sizeof COMMANDS[0])

static void help(const char *argument) {
    (void)argument;
    for (uint32_t i = 0; i < COMMAND_COUNT; i++) {
        struct text text = sentence();
        text_add(&text, COMMANDS[i].name);
        text_character(&text, ' ');
        text_add(&text, COMMANDS[i].arguments);
        text_column(&text, 13);
        text_add(&text, COMMANDS[i].help);
        print(&text);
    }
}

/* Splits the line at its first space. */
static void obey(void) {
    char *argument = line;
    line[length] = '\0';
    while (*argument != '\0' && *argument != ' ') argument++;
    if (*argument == ' ') *argument++ = '\0';
    if (line[0] == '\0') return;
    for (uint32_t i = 0; i < COMMAND_COUNT; i++) {
        if (text_equal(line, COMMANDS[i].name)) return COMMANDS[i].run(argument);
    }
    say("no such command; help lists them");
}

static void prompt(void) { console_write("> ", 2); }

/* One character typed: echoed, and taken into the line. */
static void take(char character) {
    if (character == '\r' || character == '\n') {
        console_write("\n", 1);
        obey();
        length = 0;
        prompt();
    } else if (character == '\b' || character == 0x7f) {
        if (length == 0) return;
        length--;
        console_write("\b \b", 3);
    } else if (character >= ' ' && length < LINE_BYTES) {
        line[length++] = character;
        console_write(&line[length - 1], 1);
    }
}

void shell(uint32_t argument) {
    (void)argument;
    char typed[16];
    say("station monitor on Tactus; help lists the commands");
    prompt();
    for (;;) {
        int32_t count = console_read(typed, sizeof typed, NEVER);
        for (int32_t i = 0; i < count; i++) take(typed[i]);
    }
}
