/* Puts texts together without a C library: `text = text_into(buffer, sizeof buffer)`, and then piece by piece. */
#ifndef TACTUS_TEXT_H
#define TACTUS_TEXT_H

#include <stdbool.h>
#include <stdint.h>

/* What does not fit is left out; `length` never exceeds `room`. There is no NUL at the end. */
struct text {
    char *bytes;
    uint32_t room, length;
};

static inline struct text text_into(char *bytes, uint32_t room) { return (struct text){ bytes, room, 0 }; }

void text_character(struct text *text, char character);
void text_add(struct text *text, const char *string);
/* Right-aligned in `width` columns; 0: as wide as it is. */
void text_number(struct text *text, int32_t value, uint32_t width);
void text_large(struct text *text, uint64_t value, uint32_t width);
/* Eight hexadecimal digits behind 0x. */
void text_hexadecimal(struct text *text, uint32_t value);
/* Rounded to so many decimals, at most 6; what is beyond ±4e9, or no number, is written as ?. */
void text_decimal(struct text *text, double value, uint32_t decimals, uint32_t width);
/* Spaces up to a column. */
void text_column(struct text *text, uint32_t column);

bool text_equal(const char *a, const char *b);

#endif
