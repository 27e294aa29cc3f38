/* Texts, piece by piece; see text.h. */
#include "text.h"

void text_character(struct text *text, char character) {
    if (text->length < text->room) text->bytes[text->length++] = character;
}

void text_add(struct text *text, const char *string) {
    while (*string != '\0') text_character(text, *string++);
}

void text_column(struct text *text, uint32_t column) {
    while (text->length < column && text->length < text->room) text_character(text, ' ');
}

/* Digits from the last to the first, `negative` before them. */
static void put_digits(struct text *text, uint64_t value, bool negative, uint32_t width) {
    char digits[24];
    uint32_t count = 0;
    do {
        digits[count++] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    if (negative) digits[count++] = '-';
    for (uint32_t i = count; i < width; i++) text_character(text, ' ');
    while (count > 0) text_character(text, digits[--count]);
}

void text_number(struct text *text, int32_t value, uint32_t width) {
    put_digits(text, value < 0 ? -(uint32_t)value : (uint32_t)value, value < 0, width);
}

void text_large(struct text *text, uint64_t value, uint32_t width) { put_digits(text, value, false, width); }

void text_hexadecimal(struct text *text, uint32_t value) {
    text_add(text, "0x");
    for (int shift = 28; shift >= 0; shift -= 4) text_character(text, "0123456789abcdef"[value >> shift & 15]);
}

void text_decimal(struct text *text, double value, uint32_t decimals, uint32_t width) {
    uint32_t scale = 1;
    for (uint32_t i = 0; i < decimals; i++) scale *= 10;
    if (!(value > -4e9 && value < 4e9)) {
        for (uint32_t i = 1; i < width; i++) text_character(text, ' ');
        return text_character(text, '?');
    }
    bool negative = value < 0;
    uint64_t scaled = (uint64_t)((negative ? -value : value) * scale + 0.5);
    uint32_t fraction_width = decimals == 0 ? 0 : decimals + 1;
    put_digits(text, scaled / scale, negative && scaled > 0, width > fraction_width ? width - fraction_width : 0);
    if (decimals == 0) return;
    text_character(text, '.');
    uint32_t fraction = (uint32_t)(scaled % scale);
    while ((scale /= 10) > 0) text_character(text, (char)('0' + fraction / scale % 10));
}

bool text_equal(const char *a, const char *b) {
    while (*a == *b && *a != '\0') a++, b++;
    return *a == *b;
}
