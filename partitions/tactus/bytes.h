/* The functions on memory that gcc expects of every environment (GCC manual, §2.1), by the names of the C library. */
#ifndef TACTUS_BYTES_H
#define TACTUS_BYTES_H

#include <stddef.h>

void *memcpy(void *to, const void *from, size_t bytes);
void *memmove(void *to, const void *from, size_t bytes);
void *memset(void *to, int value, size_t bytes);
int memcmp(const void *a, const void *b, size_t bytes);

#endif
