/* Memory, byte by byte: small, and nothing that the kernel copies is large. */
#include "bytes.h"

/* gcc would see that the loops are memcpy and memset, and call them. */
#pragma GCC optimize("no-tree-loop-distribute-patterns")

void *memcpy(void *to, const void *from, size_t bytes) {
    unsigned char *into = to;
    const unsigned char *at = from;
    while (bytes-- > 0) *into++ = *at++;
    return to;
}

void *memmove(void *to, const void *from, size_t bytes) {
    unsigned char *into = to;
    const unsigned char *at = from;
    if (into <= at) return memcpy(to, from, bytes);
    while (bytes-- > 0) into[bytes] = at[bytes];
    return to;
}

void *memset(void *to, int value, size_t bytes) {
    unsigned char *into = to;
    while (bytes-- > 0) *into++ = (unsigned char)value;
    return to;
}

int memcmp(const void *a, const void *b, size_t bytes) {
    const unsigned char *left = a, *right = b;
    for (; bytes > 0; bytes--, left++, right++) {
        if (*left != *right) return *left - *right;
    }
    return 0;
}
