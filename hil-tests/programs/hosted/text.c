/* Text and bytes: a string that grows, formatted and scanned numbers, base64, and a heap under stress. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ── A string that grows ─────────────────────────────────────────────────────────────────────────────────────────── */

typedef struct {
    char *text;
    size_t length, capacity;
} string;

static void append(string *to, const char *format, ...) {
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    size_t added = (size_t)vsnprintf(NULL, 0, format, arguments);
    if (to->length + added + 1 > to->capacity) {
        to->capacity = (to->length + added + 1) * 3 / 2;
        to->text = realloc(to->text, to->capacity);
        if (to->text == NULL) exit(255);
    }
    vsnprintf(to->text + to->length, added + 1, format, again);
    to->length += added;
    va_end(again);
    va_end(arguments);
}

static string formats(void) {
    string result = {NULL, 0, 0};
    static const int values[] = {0, 1, -1, 42, -123456, INT32_MAX, INT32_MIN};
    for (unsigned i = 0; i < sizeof values / sizeof values[0]; i++) {
        append(&result, "[%d|%8d|%-8d|%08d|%+d|% d|%x|%#X|%o|%c]\n", values[i], values[i], values[i], values[i], values[i],
               values[i], values[i], values[i], values[i], 'a' + (char)i);
    }
    append(&result, "[%s|%10s|%-10s|%.3s|%*s]\n", "pump", "pump", "pump", "pump", 7, "pump");
    append(&result, "[%lld|%llu|%llx|%zu|%p]\n", (long long)INT64_MIN, (unsigned long long)UINT64_MAX, 0x123456789abcdefULL,
           sizeof(string), (void *)0x1234);
    append(&result, "[%f|%.0f|%10.3f|%e|%g|%G|%%]\n", 3.14159265358979, 2.5, -1e6 / 7, 1e-300, 1e20, 0.0001);
    return result;
}

static void scans(void) {
    int day, hour, minute;
    unsigned mask;
    char name[16];
    double level;
    int taken = sscanf("  17 09:05 intake 0xff 12.625 rest", "%d %d:%d %15s %x %lf", &day, &hour, &minute, name, &mask, &level);
    printf("%d: %d %d %d %s %u %.3f\n", taken, day, hour, minute, name, mask, level);
    char *end;
    printf("%ld %lu %lld", strtol("-0x7fg", &end, 0), strtoul("777", NULL, 8), strtoll("-9223372036854775808", NULL, 10));
    printf(" rest \"%s\"\n", end);
}

static void searches(void) {
    char text[] = "open valve 3; close valve 7; open pump 2";
    printf("%s|%s|%s\n", strstr(text, "valve 7"), strrchr(text, 'o'), strpbrk(text, "0123456789"));
    printf("%d %d %d\n", (int)strcspn(text, ";"), (int)strspn(text, "nepo "), memcmp("abc", "abd", 3) < 0);
    memmove(text + 5, text, 20);
    printf("%s\n", text);
    memmove(text, text + 3, 20);
    printf("%s\n", text);
}

/* ── Base64 ──────────────────────────────────────────────────────────────────────────────────────────────────────── */

static const char LETTERS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void encode(string *to, const uint8_t *bytes, size_t length) {
    for (size_t i = 0; i < length; i += 3) {
        uint32_t group = (uint32_t)bytes[i] << 16;
        if (i + 1 < length) group |= (uint32_t)bytes[i + 1] << 8;
        if (i + 2 < length) group |= bytes[i + 2];
        append(to, "%c%c%c%c", LETTERS[group >> 18], LETTERS[group >> 12 & 63], i + 1 < length ? LETTERS[group >> 6 & 63] : '=',
               i + 2 < length ? LETTERS[group & 63] : '=');
    }
}

/* ── A heap under stress ─────────────────────────────────────────────────────────────────────────────────────────── */

static uint32_t crc(uint32_t sum, const uint8_t *bytes, size_t length) {
    sum = ~sum;
    for (size_t i = 0; i < length; i++) {
        sum ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) sum = sum >> 1 ^ (sum & 1 ? 0xedb88320u : 0);
    }
    return ~sum;
}

enum { BLOCKS = 40 };
typedef struct {
    uint8_t *bytes;
    size_t length;
    uint32_t sum;
} block;

/* Blocks come, grow and go; each must still hold what was put there. */
static void heap(void) {
    block blocks[BLOCKS] = {{NULL, 0, 0}};
    uint32_t seed = 1, total = 0;
    int moved = 0, spoilt = 0;
    for (int step = 0; step < 600; step++) {
        seed = seed * 1103515245u + 12345u;
        block *chosen = &blocks[(seed >> 16) % BLOCKS];
        if (chosen->bytes != NULL && crc(0, chosen->bytes, chosen->length) != chosen->sum) spoilt++;
        if ((seed >> 8) % 4 == 0) {
            free(chosen->bytes);
            *chosen = (block){NULL, 0, 0};
            continue;
        }
        size_t length = 1 + (seed >> 4) % 200;
        uint8_t *before = chosen->bytes;
        chosen->bytes = realloc(before, length);
        if (chosen->bytes == NULL) exit(255);
        moved += before != NULL && chosen->bytes != before;
        for (size_t i = chosen->length; i < length; i++) chosen->bytes[i] = (uint8_t)(seed >> i % 24);
        chosen->length = length;
        chosen->sum = crc(0, chosen->bytes, length);
        total += chosen->sum;
    }
    for (int i = 0; i < BLOCKS; i++) free(blocks[i].bytes);
    printf("sum %08" PRIx32 ", %d moved, %d spoilt\n", total, moved, spoilt);
}

int main(void) {
    string text = formats();
    printf("%s%u characters, crc %08" PRIx32 "\n", text.text, (unsigned)text.length,
           crc(0, (const uint8_t *)text.text, text.length));
    scans();
    searches();
    string encoded = {NULL, 0, 0};
    encode(&encoded, (const uint8_t *)text.text, 100);
    puts(encoded.text);
    free(encoded.text);
    free(text.text);
    heap();
    return 7;
}
