/* PID loops in double precision, as LREAL programs have them. */
#define REAL double
#include "pid-bank.h"

const char bench_name[] = "pidd";
