/*
 * The first and only program of the Linux guest: it shows that the kernel under it works, and says so on the console.
 * What follows `--` on the kernel's command line says what comes then: nothing (it powers off), `heartbeat` (a line every
 * second, for ever), or `echo` (it sends back the lines that it reads, up to `exit`, and powers off).
 */
#include "syscalls.h"

enum { CONSOLE_IN = 0, CONSOLE_OUT = 1 };

static unsigned long length(const char *text) {
  unsigned long n = 0;
  while (text[n] != 0) n++;
  return n;
}

static int same(const char *a, const char *b) {
  while (*a != 0 && *a == *b) a++, b++;
  return *a == *b;
}

/* ── A line of output, written as a whole ── */

static char line[256];
static unsigned long filled;

static void say(const char *text) {
  for (; *text != 0 && filled < sizeof line; text++) line[filled++] = *text;
}

static void say_number(unsigned value, int digits) {
  char text[12];
  int at = sizeof text - 1;
  text[at] = 0;
  do {
    text[--at] = '0' + value % 10;
    value /= 10;
    digits--;
  } while (value != 0 || digits > 0);
  say(text + at);
}

static void end_line(void) {
  say("\n");
  call(SYS_write, CONSOLE_OUT, (long)line, filled);
  filled = 0;
}

/* ── Time ── */

/* Since the start of Linux; the clock of a 32-bit number of them goes round after an hour. */
static unsigned microseconds(void) {
  struct timespec64 time;
  call(SYS_clock_gettime64, CLOCK_MONOTONIC, (long)&time);
  return (unsigned)time.seconds * 1000000 + (unsigned)time.nanoseconds / 1000;
}

static void sleep_for(int seconds, int milliseconds) {
  struct timespec64 time = {seconds, milliseconds * 1000000};
  call(SYS_clock_nanosleep_time64, CLOCK_MONOTONIC, 0, (long)&time);
}

/* ── What it shows ── */

static void greet(void) {
  struct utsname name;
  call(SYS_uname, (long)&name);
  say("init: ");
  say(name.sysname);
  say(" ");
  say(name.release);
  say(" ");
  say(name.machine);
  say(", process ");
  say_number(call(SYS_getpid), 1);
  end_line();
}

enum { TERMS = 500000, CHILD_STACK_BYTES = 4096 };

static double child_sum;
static char child_stack[CHILD_STACK_BYTES] __attribute__((aligned(16)));

/* How often the scheduler took the processor away from this process (getrusage(2): the last field). */
static unsigned preemptions(void) {
  long usage[18];
  call(SYS_getrusage, 0, (long)usage);
  return usage[17];
}

/* 1 + 1/2 + 1/3 + …: long enough for the scheduler to change between two that do it, in the middle of a register file. */
static double harmonic_sum(void) {
  double sum = 0;
  for (int i = 1; i <= TERMS; i++) sum += 1.0 / i;
  return sum;
}

static void child(void) {
  child_sum = harmonic_sum();
  call(SYS_exit);
}

/* A second process in the same memory, as Linux without an MMU has it; only the parent returns. */
static long start_child(void) {
  register long flags __asm__("a0") = CLONE_VM | SIGCHLD;
  register char *stack __asm__("a1") = child_stack + CHILD_STACK_BYTES;
  register void (*run)(void) __asm__("a5") = child;
  register long number __asm__("a7") = SYS_clone;
  __asm__ volatile(
      "ecall\n"
      "bnez a0, 1f\n"
      "jr a5\n"
      "1:"
      : "+r"(flags)
      : "r"(stack), "r"(run), "r"(number)
      : "memory");
  return flags;
}

static void share_the_processor(void) {
  unsigned start = microseconds();
  long id = start_child();
  double sum = harmonic_sum();
  call(SYS_waitid, P_PID, id, 0, WEXITED);
  say("init: two processes summed ");
  say_number(TERMS, 1);
  say(" terms each: ");
  say_number((unsigned)sum, 1);
  say(".");
  say_number((unsigned)((sum - (unsigned)sum) * 1e9), 9);
  say(id > 0 && sum == child_sum ? " twice, in " : " AND SOMETHING ELSE, in ");
  say_number((microseconds() - start) / 1000, 1);
  say(" ms, preempted ");
  say_number(preemptions(), 1);
  say(" times");
  end_line();
}

static void sleep_a_little(void) {
  unsigned start = microseconds();
  sleep_for(0, 100);
  unsigned elapsed = microseconds() - start;
  say("init: slept for 100 ms, and the clock says ");
  say_number(elapsed / 1000, 1);
  say(".");
  say_number(elapsed % 1000, 3);
  end_line();
}

static void show(const char *path) {
  char text[512];
  long file = call(SYS_openat, -1, (long)path);
  for (long n; (n = call(SYS_read, file, (long)text, sizeof text)) > 0;) {
    call(SYS_write, CONSOLE_OUT, (long)text, n);
  }
  call(SYS_close, file);
}

/* ── What it does then ── */

static void beat(void) {
  for (unsigned count = 1;; count++) {
    sleep_for(1, 0);
    say("init: heartbeat ");
    say_number(count, 1);
    end_line();
  }
}

static void echo_lines(void) {
  char text[128];
  say("init: type a line, or exit");
  end_line();
  for (;;) {
    long n = call(SYS_read, CONSOLE_IN, (long)text, sizeof text - 1);
    if (n <= 0) return;
    text[n] = 0;
    if (same(text, "exit\n")) return;
    say("init: you said ");
    text[length(text) - 1] = 0;
    say(text);
    end_line();
  }
}

static void power_off(void) {
  say("init: powering off");
  end_line();
  call(SYS_reboot, REBOOT_MAGIC1, REBOOT_MAGIC2, REBOOT_POWER_OFF);
}

int main(int count, char **arguments) {
  const char *wish = count > 1 ? arguments[1] : "";
  greet();
  call(SYS_mount, (long)"proc", (long)"/proc", (long)"proc");
  share_the_processor();
  sleep_a_little();
  show("/proc/interrupts");
  if (same(wish, "heartbeat")) beat();
  if (same(wish, "echo")) echo_lines();
  power_off();
  return 1;
}
