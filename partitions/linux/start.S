/*
 * The start of the init as a "bFLT" executable (the kernel's include/linux/flat.h), which is what Linux without an MMU runs.
 * The program is one piece of FILE_BYTES, its data and cleared memory included, and does not mind where it is loaded: so the
 * header is the same whatever the program is, and no relocations follow. init.ld puts it first and fills up to FILE_BYTES.
 */
#include "flat.h"

.macro big_endian value
  .byte ((\value) >> 24) & 0xff, ((\value) >> 16) & 0xff, ((\value) >> 8) & 0xff, (\value) & 0xff
.endm

.section .header, "ax"
  .ascii "bFLT"
  big_endian 4                /* version */
  big_endian HEADER_BYTES     /* entry, from the start of the file */
  big_endian FILE_BYTES       /* start of data: there is none apart from the text */
  big_endian FILE_BYTES       /* end of data */
  big_endian FILE_BYTES       /* end of cleared memory */
  big_endian STACK_BYTES
  big_endian FILE_BYTES       /* start of relocations */
  big_endian 0                /* number of relocations */
  big_endian 1                /* flags: load all of it into RAM */
  .zero 24                    /* build date, and what is reserved */

.section .entry, "ax"
.global _start
_start:
  lw a0, 0(sp)                /* argc; argv follows it */
  addi a1, sp, 4
  andi sp, sp, -16
  call main
  li a7, 93                   /* exit */
  ecall
