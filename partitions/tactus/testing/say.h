/* A line on the console, for the kernel's tests: a text, a number behind it, or how a call ended. */
#ifndef TACTUS_TESTING_SAY_H
#define TACTUS_TESTING_SAY_H

#include "../tactus.h"
#include "../text.h"

static void say_text(struct text *text) {
    text_character(text, '\n');
    console_write(text->bytes, text->length);
}

__attribute__((unused)) static void say(const char *string) {
    char bytes[96];
    struct text text = text_into(bytes, sizeof bytes);
    text_add(&text, string);
    say_text(&text);
}

__attribute__((unused)) static void say_number(const char *string, uint32_t number) {
    char bytes[96];
    struct text text = text_into(bytes, sizeof bytes);
    text_add(&text, string);
    text_character(&text, ' ');
    text_large(&text, number, 0);
    say_text(&text);
}

__attribute__((unused)) static void say_status(const char *string, enum status status) {
    static const char *const WORDS[] = { "ok", "timed out", "owner died", "not owner", "deadlock", "refused", "busy" };
    char bytes[96];
    struct text text = text_into(bytes, sizeof bytes);
    text_add(&text, string);
    text_add(&text, ": ");
    text_add(&text, WORDS[-status]);
    say_text(&text);
}

/* For a test's tables: the stacks, and a task that may use all there is, with the regions given. */
#define STACKS(count) static uint8_t stacks[count][1024] __attribute__((aligned(16)))
#define TASK(index, function, urgency, waits, ...)                                                       \
    [index] = {                                                                                          \
        .name = #function, .entry = function, .priority = urgency, .waits_for_start = waits,             \
        .stack = stacks[index], .stack_bytes = sizeof stacks[index], .regions = { __VA_ARGS__ },         \
        .mutexes = ~0u, .queues = ~0u, .rights = ~0u,                                                    \
    }

#endif
