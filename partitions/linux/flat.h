/* The sizes that start.S and init.ld must agree on. */
#define HEADER_BYTES 64
#define FILE_BYTES 16384
#define STACK_BYTES 8192
