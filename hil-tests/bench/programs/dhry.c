/* Dhrystone-like: records, short strings, many small calls. */
#include "bench.h"

const char bench_name[] = "dhry";

typedef enum { ID1, ID2, ID3, ID4, ID5 } Id;

typedef struct Record {
    struct Record *next;
    Id kind;
    Id component;
    int number;
    char text[32];
} Record;

static Record first, second;
static Record *head = &first;
static int global_number;
static int global_flag;
static char global_character1, global_character2;
static int row[50];
static int table[50][50];

static NOINLINE int compare(const char *a, const char *b) {
    while (*a != 0 && *a == *b) {
        a++;
        b++;
    }
    return (unsigned char)*a - (unsigned char)*b;
}

static NOINLINE void copy(char *to, const char *from) {
    while ((*to++ = *from++) != 0) {
    }
}

static NOINLINE Id compare_characters(char a, char b) {
    char local = a;
    if (local != b) return ID1;
    global_character1 = local;
    return ID2;
}

static NOINLINE int compare_texts(const char *a, const char *b) {
    int at = 2;
    char found = 'A';
    while (at <= 2) {
        if (compare_characters(a[at], b[at + 1]) != ID1) break;
        found = 'A';
        at++;
    }
    if (found >= 'W' && found < 'Z') at = 7;
    if (found == 'R') return 1;
    if (compare(a, b) <= 0) return 0;
    global_number = at + 7;
    return 1;
}

static NOINLINE int is_third(Id id) { return id == ID3; }

static NOINLINE void map_id(Id from, Id *to) {
    *to = is_third(from) ? from : ID4;
    switch (from) {
    case ID1: *to = ID1; break;
    case ID2: *to = global_number > 100 ? ID1 : ID4; break;
    case ID3: *to = ID2; break;
    case ID4: break;
    case ID5: *to = ID3; break;
    }
}

static NOINLINE void add_two(int a, int b, int *sum) { *sum = b + a + 2; }

static NOINLINE void fill_arrays(int *line, int (*lines)[50], int at, int value) {
    int start = at + 5;
    line[start] = value;
    line[start + 1] = line[start];
    line[start + 30] = start;
    for (int i = start; i <= start + 1; i++) lines[start][i] = start;
    lines[start][start - 1] += 1;
    lines[start + 20][start] = line[start];
    global_number = 5;
}

static NOINLINE void follow(Record **record) {
    if (head != NULL) *record = head->next;
    add_two(10, global_number, &head->number);
}

static NOINLINE void update(Record *record) {
    Record *next = record->next;
    *record->next = *head;
    record->number = 5;
    next->number = record->number;
    next->next = record->next;
    follow(&next->next);
    if (next->kind == ID1) {
        next->number = 6;
        map_id(record->component, &next->component);
        next->next = head->next;
        add_two(next->number, 10, &next->number);
    } else {
        *record = *record->next;
    }
}

static NOINLINE void adjust(int *number) {
    int local = *number + 10;
    for (;;) {
        if (global_character1 == 'A') {
            *number = local - 1 - global_number;
            return;
        }
        global_character1 = 'A';
    }
}

static NOINLINE void set_flag(void) {
    global_flag = (global_character1 == 'A') | global_flag;
    global_character2 = 'B';
}

static NOINLINE void clear_flag(void) {
    global_character1 = 'A';
    global_flag = 0;
}

uint32_t bench_run(uint32_t iterations) {
    char text1[32], text2[32];
    uint32_t sum = 17;
    int a = 0, b = 0, c = 0;
    Id id;

    head = &first;
    first = (Record){.next = &second, .kind = ID1, .component = ID3, .number = 40};
    copy(first.text, "DHRYSTONE-LIKE, SOME STRING");
    copy(text1, "DHRYSTONE-LIKE, 1'ST STRING");
    table[8][7] = 10;
    for (uint32_t round = 1; round <= iterations; round++) {
        clear_flag();
        set_flag();
        a = 2;
        b = 3;
        copy(text2, "DHRYSTONE-LIKE, 2'ND STRING");
        id = ID2;
        global_flag = !compare_texts(text1, text2);
        while (a < b) {
            c = 5 * a - b;
            add_two(a, b, &c);
            a++;
        }
        fill_arrays(row, table, a, c);
        update(head);
        for (char character = 'A'; character <= global_character2; character++) {
            if (id != compare_characters(character, 'C')) continue;
            map_id(ID1, &id);
            copy(text2, "DHRYSTONE-LIKE, 3'RD STRING");
            b = (int)round;
            global_number = (int)round;
        }
        b = b * a;
        a = b / c;
        b = 7 * (b - c) - a;
        adjust(&a);
        sum = sum * 31u + (uint32_t)(a + b + c + second.number + row[8]);
    }
    return sum + (uint32_t)table[8][7];
}
