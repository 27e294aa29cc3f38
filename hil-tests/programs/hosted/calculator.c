/* Reads expressions, a line each, and prints their values: recursive descent, errors by longjmp, functions by pointer. */
#include <ctype.h>
#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *at;
static jmp_buf failed;
static const char *reason;
static double variables[26];

_Noreturn static void fail(const char *why) {
    reason = why;
    longjmp(failed, 1);
}

static void skip_space(void) {
    while (isspace((unsigned char)*at)) at++;
}

static int take(char wanted) {
    skip_space();
    if (*at != wanted) return 0;
    at++;
    return 1;
}

static double sum(int depth);

static const struct {
    const char *name;
    double (*value)(double);
} FUNCTIONS[] = {{"sqrt", sqrt}, {"sin", sin}, {"cos", cos}, {"exp", exp}, {"log", log}, {"floor", floor}, {"abs", fabs}};

static double name(int depth) {
    const char *start = at;
    while (isalpha((unsigned char)*at)) at++;
    size_t length = (size_t)(at - start);
    if (length == 1) return variables[tolower((unsigned char)*start) - 'a'];
    for (size_t i = 0; i < sizeof FUNCTIONS / sizeof FUNCTIONS[0]; i++) {
        if (strlen(FUNCTIONS[i].name) != length || strncmp(FUNCTIONS[i].name, start, length) != 0) continue;
        if (!take('(')) fail("( expected");
        double argument = sum(depth + 1);
        if (!take(')')) fail(") expected");
        return FUNCTIONS[i].value(argument);
    }
    fail("unknown name");
}

static double primary(int depth) {
    if (depth > 200) fail("nested too deep");
    if (take('(')) {
        double value = sum(depth + 1);
        if (!take(')')) fail(") expected");
        return value;
    }
    if (take('-')) return -primary(depth + 1);
    if (isalpha((unsigned char)*at)) return name(depth);
    char *end;
    double value = strtod(at, &end);
    if (end == at) fail("a number expected");
    at = end;
    return value;
}

static double power(int depth) {
    double base = primary(depth);
    return take('^') ? pow(base, power(depth + 1)) : base;
}

static double product(int depth) {
    double value = power(depth);
    for (;;) {
        if (take('*')) value *= power(depth);
        else if (take('%')) value = fmod(value, power(depth));
        else if (take('/')) {
            double divisor = power(depth);
            if (divisor == 0) fail("division by zero");
            value /= divisor;
        } else return value;
    }
}

static double sum(int depth) {
    double value = product(depth);
    for (;;) {
        if (take('+')) value += product(depth);
        else if (take('-')) value -= product(depth);
        else return value;
    }
}

/* `x = expression` or an expression. */
static void statement(void) {
    skip_space();
    double *target = NULL;
    if (isalpha((unsigned char)at[0])) {
        const char *equals = at + 1;
        while (isspace((unsigned char)*equals)) equals++;
        if (*equals == '=') {
            target = &variables[tolower((unsigned char)at[0]) - 'a'];
            at = equals + 1;
        }
    }
    double value = sum(0);
    skip_space();
    if (*at != 0) fail("the end expected");
    if (target != NULL) *target = value;
    printf("%.15g  %a  %.3f\n", value, value, value);
}

int main(void) {
    char line[600];
    volatile int errors = 0;
    while (fgets(line, sizeof line, stdin) != NULL) {
        at = line;
        if (setjmp(failed) == 0) statement();
        else {
            errors++;
            printf("column %d: %s\n", (int)(at - line) + 1, reason);
        }
    }
    printf("%d errors\n", errors);
    return errors;
}
