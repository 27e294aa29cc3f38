/* PID loops in single precision, as REAL programs have them. */
#define REAL float
#include "pid-bank.h"

const char bench_name[] = "pidf";
