/* Telemetry as JSON: written with a formatter, read back with a recursive descent parser, keys looked up by name. */
#include "bench.h"

const char bench_name[] = "text";

#define TAGS 12
static const char *const names[TAGS] = {
    "level", "flow", "pressure", "residual", "temperature", "speed",
    "power", "torque", "position", "setpoint", "output", "runtime",
};
static const char *const units[] = {"m", "m3/h", "bar", "mg/l", "degC", "rpm", "kW", "Nm", "mm", "%"};

/* Values are fixed-point, in thousandths. */
static int32_t written[TAGS], read_back[TAGS];
static uint8_t good[TAGS];

/* ── Writing ── */

static char document[2048];
static char *end;

static NOINLINE void put_text(const char *text) {
    while (*text != 0) *end++ = *text++;
}

static NOINLINE void put_quoted(const char *text) {
    *end++ = '"';
    for (; *text != 0; text++) {
        if (*text == '"' || *text == '\\') *end++ = '\\';
        *end++ = *text;
    }
    *end++ = '"';
}

static NOINLINE void put_number(uint32_t value, int least_digits) {
    char digits[12];
    int count = 0;
    do {
        digits[count++] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0 || count < least_digits);
    while (count > 0) *end++ = digits[--count];
}

static NOINLINE void put_thousandths(int32_t value) {
    uint32_t size = value < 0 ? 0u - (uint32_t)value : (uint32_t)value;
    if (value < 0) *end++ = '-';
    put_number(size / 1000, 1);
    *end++ = '.';
    put_number(size % 1000, 3);
}

static NOINLINE void write_document(uint32_t sequence) {
    end = document;
    put_text("{ \"sequence\": ");
    put_number(sequence, 1);
    put_text(", \"values\": [\n");
    for (int i = 0; i < TAGS; i++) {
        put_text(i == 0 ? "  { \"name\": " : ",\n  { \"name\": ");
        put_quoted(names[i]);
        put_text(", \"value\": ");
        put_thousandths(written[i]);
        put_text(", \"unit\": ");
        put_quoted(units[(uint32_t)i % (sizeof units / sizeof *units)]);
        put_text((written[i] & 7) == 0 ? ", \"good\": false }" : ", \"good\": true }");
    }
    put_text("\n] }\n");
    *end = 0;
}

/* ── Reading ── */

static const char *next;
static uint32_t errors;

/* The last text read, without quotes, cut to its room. */
static char word[32];
static int32_t number;

/* The object being read. */
static int tag;
static uint32_t sequence_read;

static NOINLINE void skip_space(void) {
    while (*next == ' ' || *next == '\n' || *next == '\t' || *next == '\r') next++;
}

static NOINLINE int accept(char wanted) {
    skip_space();
    if (*next != wanted) return 0;
    next++;
    return 1;
}

static NOINLINE void expect(char wanted) {
    if (!accept(wanted)) errors++;
}

static NOINLINE void read_word(void) {
    uint32_t length = 0;
    expect('"');
    while (*next != '"' && *next != 0) {
        if (*next == '\\') next++;
        if (length < sizeof word - 1) word[length++] = *next;
        next++;
    }
    word[length] = 0;
    expect('"');
}

static NOINLINE void read_number(void) {
    int negative = accept('-');
    uint32_t value = 0;
    int decimals = -1;
    for (;; next++) {
        if (*next == '.' && decimals < 0) decimals = 0;
        else if (*next >= '0' && *next <= '9') {
            value = value * 10 + (uint32_t)(*next - '0');
            if (decimals >= 0) decimals++;
        } else break;
    }
    for (int i = decimals < 0 ? 0 : decimals; i < 3; i++) value *= 10;
    number = negative ? (int32_t)(0u - value) : (int32_t)value;
}

static NOINLINE int equal(const char *a, const char *b) {
    while (*a != 0 && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

static NOINLINE int find_tag(void) {
    for (int i = 0; i < TAGS; i++) {
        if (equal(word, names[i])) return i;
    }
    errors++;
    return 0;
}

static void read_value(const char *key);

static NOINLINE void read_object(void) {
    char key[sizeof word];
    if (accept('}')) return;
    do {
        skip_space();
        read_word();
        for (uint32_t i = 0; i < sizeof key; i++) key[i] = word[i];
        expect(':');
        read_value(key);
    } while (accept(','));
    expect('}');
}

static NOINLINE void read_array(void) {
    if (accept(']')) return;
    do read_value("");
    while (accept(','));
    expect(']');
}

static NOINLINE void read_literal(const char *key) {
    const char *const literals[] = {"false", "true", "null"};
    for (uint32_t i = 0; i < 3; i++) {
        const char *at = next;
        const char *literal = literals[i];
        while (*literal != 0 && *at == *literal) {
            at++;
            literal++;
        }
        if (*literal != 0) continue;
        next = at;
        if (equal(key, "good")) good[tag] = (uint8_t)i;
        return;
    }
    errors++;
    next++;
}

static NOINLINE void read_value(const char *key) {
    skip_space();
    switch (*next) {
    case '{':
        next++;
        read_object();
        break;
    case '[':
        next++;
        read_array();
        break;
    case '"':
        read_word();
        if (equal(key, "name")) tag = find_tag();
        break;
    case '-': case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7': case '8': case '9':
        read_number();
        if (equal(key, "value")) read_back[tag] = number;
        else if (equal(key, "sequence")) sequence_read = (uint32_t)number / 1000;
        break;
    default:
        read_literal(key);
    }
}

uint32_t bench_run(uint32_t iterations) {
    uint32_t random = 1;
    uint32_t sum = 0;
    errors = 0;
    for (uint32_t round = 0; round < iterations; round++) {
        for (int i = 0; i < TAGS; i++) written[i] = (int32_t)(next_random(&random) % 2000000) - 500000;
        write_document(round % 1000000);
        next = document;
        read_value("");
        sum = sum * 31u + sequence_read + (uint32_t)(end - document);
        for (int i = 0; i < TAGS; i++) {
            if (read_back[i] != written[i]) errors++;
            sum = sum * 31u + (uint32_t)read_back[i] + good[i];
        }
    }
    return sum + errors * 0x10001u;
}
