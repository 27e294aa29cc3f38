/* What the init asks of Linux on rv32, by number (the kernel's include/uapi/asm-generic/unistd.h): there is no C library here. */
#pragma once

enum {
  SYS_mount = 40,
  SYS_openat = 56,
  SYS_close = 57,
  SYS_read = 63,
  SYS_write = 64,
  SYS_exit = 93,
  SYS_waitid = 95,
  SYS_reboot = 142,
  SYS_uname = 160,
  SYS_getrusage = 165,
  SYS_getpid = 172,
  SYS_clone = 220,
  SYS_clock_gettime64 = 403,
  SYS_clock_nanosleep_time64 = 407,
};

/* call(number, up to five arguments): what it returns, or the negated errno. Arguments left out are 0. */
#define call(number, ...) system_call(number, (const long[5]){__VA_ARGS__})

static inline long system_call(long number, const long arguments[5]) {
  register long a0 __asm__("a0") = arguments[0];
  register long a1 __asm__("a1") = arguments[1];
  register long a2 __asm__("a2") = arguments[2];
  register long a3 __asm__("a3") = arguments[3];
  register long a4 __asm__("a4") = arguments[4];
  register long a7 __asm__("a7") = number;
  __asm__ volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a7) : "memory");
  return a0;
}

/* RV32 knows 64-bit time only. */
struct timespec64 {
  long long seconds;
  long long nanoseconds;
};

enum { CLOCK_MONOTONIC = 1 };

/* A process in its parent's memory, which is told of its end, and waits for it. */
enum { CLONE_VM = 0x100, SIGCHLD = 17, P_PID = 1, WEXITED = 4 };

struct utsname {
  char sysname[65], nodename[65], release[65], version[65], machine[65], domainname[65];
};

/* reboot(2) wants to be sure. */
enum { REBOOT_MAGIC1 = 0xfee1dead, REBOOT_MAGIC2 = 672274793, REBOOT_POWER_OFF = 0x4321fedc };
