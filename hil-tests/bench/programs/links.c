/* Pointer chasing: a hash table with chains, a list sorted by merging, and a binary tree, all over one pool of nodes. */
#include "bench.h"

const char bench_name[] = "links";

#define NODES 4096
#define BUCKETS 1024

typedef struct Node {
    struct Node *next;
    struct Node *left, *right;
    uint32_t key;
    uint32_t value;
} Node;

static Node nodes[NODES];
static Node *buckets[BUCKETS];
static Node *unused;

static void start(void) {
    unused = NULL;
    for (int i = 0; i < BUCKETS; i++) buckets[i] = NULL;
    /* In an order that no prefetcher foresees: 1665 has no factor in common with the number of nodes. */
    for (uint32_t i = 0; i < NODES; i++) {
        Node *node = &nodes[i * 1665u % NODES];
        node->next = unused;
        unused = node;
    }
}

static NOINLINE uint32_t bucket_of(uint32_t key) { return key * 2654435769u >> 22; }

static NOINLINE Node *find(uint32_t key) {
    Node *node = buckets[bucket_of(key)];
    while (node != NULL && node->key != key) node = node->next;
    return node;
}

static NOINLINE void insert(uint32_t key, uint32_t value) {
    Node *node = find(key);
    if (node == NULL) {
        if (unused == NULL) return;
        node = unused;
        unused = node->next;
        uint32_t bucket = bucket_of(key);
        node->key = key;
        node->next = buckets[bucket];
        buckets[bucket] = node;
    }
    node->value = value;
}

static NOINLINE uint32_t take_out(uint32_t key) {
    for (Node **link = &buckets[bucket_of(key)]; *link != NULL; link = &(*link)->next) {
        Node *node = *link;
        if (node->key != key) continue;
        *link = node->next;
        node->next = unused;
        unused = node;
        return node->value;
    }
    return 0;
}

static NOINLINE Node *merge(Node *a, Node *b) {
    Node *merged = NULL;
    Node **tail = &merged;
    while (a != NULL && b != NULL) {
        Node **lesser = a->key <= b->key ? &a : &b;
        *tail = *lesser;
        tail = &(*lesser)->next;
        *lesser = (*lesser)->next;
    }
    *tail = a != NULL ? a : b;
    return merged;
}

static NOINLINE Node *sort(Node *list) {
    if (list == NULL || list->next == NULL) return list;
    Node *middle = list;
    for (Node *fast = list->next; fast != NULL && fast->next != NULL; fast = fast->next->next) middle = middle->next;
    Node *second = middle->next;
    middle->next = NULL;
    return merge(sort(list), sort(second));
}

/* A tree of half the list, then looked up. */
static NOINLINE uint32_t use_tree(Node *list, uint32_t *random) {
    Node *root = NULL;
    uint32_t found = 0;
    for (Node *node = list; node != NULL; node = node->next) {
        /* Not in the list's order, which would make it a list again. */
        node->left = node->right = NULL;
        node->value = node->key * 2246822519u;
        Node **link = &root;
        while (*link != NULL) link = node->value < (*link)->value ? &(*link)->left : &(*link)->right;
        *link = node;
    }
    for (int i = 0; i < 512; i++) {
        uint32_t wanted = next_random(random) << 8;
        const Node *node = root;
        const Node *nearest = root;
        while (node != NULL) {
            nearest = node;
            node = wanted < node->value ? node->left : node->right;
        }
        found = found * 31u + nearest->key;
    }
    return found;
}

/* All nodes of the table as one list; the table is empty then. */
static NOINLINE Node *gather(void) {
    Node *list = NULL;
    for (int i = 0; i < BUCKETS; i++) {
        while (buckets[i] != NULL) {
            Node *node = buckets[i];
            buckets[i] = node->next;
            node->next = list;
            list = node;
        }
    }
    return list;
}

uint32_t bench_run(uint32_t iterations) {
    uint32_t random = 1;
    uint32_t sum = 0;
    for (uint32_t round = 0; round < iterations; round++) {
        start();
        for (int i = 0; i < 4000; i++) insert(next_random(&random) & 0xfff, round);
        for (int i = 0; i < 4000; i++) {
            const Node *node = find(next_random(&random) & 0xfff);
            if (node != NULL) sum += node->value;
        }
        for (int i = 0; i < 1000; i++) sum += take_out(next_random(&random) & 0xfff);
        Node *sorted = sort(gather());
        sum = sum * 31u + use_tree(sorted, &random);
        for (const Node *node = sorted; node != NULL; node = node->next) sum = sum * 33u + node->key;
    }
    return sum;
}
