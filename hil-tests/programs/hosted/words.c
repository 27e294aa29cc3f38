/* Counts the words of its standard input: a hash table that grows, sorted lists by several orders, and a summary. */
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct entry {
    struct entry *next;
    uint32_t hash;
    unsigned count;
    unsigned first_line;
    char text[];
} entry;

typedef struct {
    entry **buckets;
    size_t capacity;
    size_t count;
} table;

static uint32_t hash_of(const char *text) {
    uint32_t hash = 2166136261u;
    for (; *text != 0; text++) hash = (hash ^ (uint8_t)*text) * 16777619u;
    return hash;
}

static void fail(const char *why) {
    printf("words: %s\n", why);
    exit(255);
}

static void grow(table *words) {
    size_t capacity = words->capacity == 0 ? 4 : words->capacity * 2;
    entry **buckets = calloc(capacity, sizeof *buckets);
    if (buckets == NULL) fail("no memory");
    for (size_t i = 0; i < words->capacity; i++) {
        for (entry *word = words->buckets[i], *next; word != NULL; word = next) {
            next = word->next;
            entry **place = &buckets[word->hash % capacity];
            word->next = *place;
            *place = word;
        }
    }
    free(words->buckets);
    words->buckets = buckets;
    words->capacity = capacity;
}

static void count(table *words, const char *text, unsigned line) {
    if (words->count >= words->capacity) grow(words);
    uint32_t hash = hash_of(text);
    entry **place = &words->buckets[hash % words->capacity];
    for (entry *word = *place; word != NULL; word = word->next) {
        if (word->hash == hash && strcmp(word->text, text) == 0) {
            word->count++;
            return;
        }
    }
    entry *word = malloc(sizeof *word + strlen(text) + 1);
    if (word == NULL) fail("no memory");
    *word = (entry){.next = *place, .hash = hash, .count = 1, .first_line = line};
    strcpy(word->text, text);
    *place = word;
    words->count++;
}

/* ── Orders ──────────────────────────────────────────────────────────────────────────────────────────────────────── */

typedef int order(const void *, const void *);

static int by_text(const void *a, const void *b) {
    return strcmp((*(entry *const *)a)->text, (*(entry *const *)b)->text);
}

static int by_count(const void *a, const void *b) {
    const entry *left = *(entry *const *)a, *right = *(entry *const *)b;
    if (left->count != right->count) return left->count < right->count ? 1 : -1;
    return by_text(a, b);
}

static int by_length(const void *a, const void *b) {
    size_t left = strlen((*(entry *const *)a)->text), right = strlen((*(entry *const *)b)->text);
    return left != right ? (left < right) - (left > right) : by_text(a, b);
}

static const struct {
    const char *name;
    order *compare;
} ORDERS[] = {{"text", by_text}, {"count", by_count}, {"length", by_length}};

static void list(entry **sorted, size_t length, unsigned shown) {
    for (unsigned o = 0; o < sizeof ORDERS / sizeof ORDERS[0]; o++) {
        qsort(sorted, length, sizeof *sorted, ORDERS[o].compare);
        printf("by %s:\n", ORDERS[o].name);
        for (unsigned i = 0; i < shown && i < length; i++) {
            printf("  %-12.12s|%5u|%#06x|line %+d\n", sorted[i]->text, sorted[i]->count, (unsigned)sorted[i]->hash & 0xffff,
                   sorted[i]->first_line);
        }
    }
}

int main(void) {
    table words = {NULL, 0, 0};
    char line[256];
    unsigned lines = 0, total = 0;
    while (fgets(line, sizeof line, stdin) != NULL) {
        lines++;
        for (char *at = line; *at != 0; at++) *at = isalpha((unsigned char)*at) ? (char)tolower((unsigned char)*at) : ' ';
        for (char *word = strtok(line, " "); word != NULL; word = strtok(NULL, " ")) {
            count(&words, word, lines);
            total++;
        }
    }

    entry **sorted = malloc(words.count * sizeof *sorted);
    if (sorted == NULL && words.count > 0) fail("no memory");
    size_t length = 0;
    for (size_t i = 0; i < words.capacity; i++)
        for (entry *word = words.buckets[i]; word != NULL; word = word->next) sorted[length++] = word;
    list(sorted, length, 8);

    const char key[] = "the";
    entry *wanted = malloc(sizeof *wanted + sizeof key);
    if (wanted == NULL) fail("no memory");
    strcpy(wanted->text, key);
    qsort(sorted, length, sizeof *sorted, by_text);
    entry **found = bsearch(&wanted, sorted, length, sizeof *sorted, by_text);
    printf("\"%s\": %u times\n", key, found == NULL ? 0 : (*found)->count);
    printf("%u lines, %u words, %u different\n", lines, total, (unsigned)words.count);
    for (size_t i = 0; i < length; i++) free(sorted[i]);
    free(sorted);
    free(wanted);
    free(words.buckets);
    return (int)(length % 256);
}
