/*
 * Double-precision arithmetic of the host, with its flags in the order of RISC-V's fflags.
 * stdin: records of struct problem, native byte order; stdout: records of struct answer.
 */
#include <fenv.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum operation { ADD, SUB, MUL, DIV, SQRT, FMADD, FROM_DOUBLE };

struct problem {
  uint32_t operation, rounding;
  double a, b, c;
};
struct answer {
  uint64_t bits, flags;
};

static const int roundings[] = {FE_TONEAREST, FE_TOWARDZERO, FE_DOWNWARD, FE_UPWARD};

static uint64_t riscv_flags(void) {
  int raised = fetestexcept(FE_ALL_EXCEPT);
  return !!(raised & FE_INEXACT) | !!(raised & FE_UNDERFLOW) << 1 | !!(raised & FE_OVERFLOW) << 2 |
         !!(raised & FE_DIVBYZERO) << 3 | !!(raised & FE_INVALID) << 4;
}

int main(void) {
  struct problem problem;
  while (fread(&problem, sizeof problem, 1, stdin) == 1) {
    /* volatile: nothing moves in front of feclearexcept or behind fetestexcept. */
    volatile double a = problem.a, b = problem.b, c = problem.c, result = 0;
    volatile float single = 0;
    struct answer answer = {0, 0};
    fesetround(roundings[problem.rounding]);
    feclearexcept(FE_ALL_EXCEPT);
    switch ((enum operation)problem.operation) {
      case ADD: result = a + b; break;
      case SUB: result = a - b; break;
      case MUL: result = a * b; break;
      case DIV: result = a / b; break;
      case SQRT: result = sqrt(a); break;
      case FMADD: result = fma(a, b, c); break;
      case FROM_DOUBLE: single = (float)a; break;
    }
    answer.flags = riscv_flags();
    if (problem.operation == FROM_DOUBLE) {
      float value = single;
      uint32_t bits;
      memcpy(&bits, &value, sizeof bits);
      answer.bits = 0xffffffff00000000 | bits;
    } else {
      double value = result;
      memcpy(&answer.bits, &value, sizeof value);
    }
    fwrite(&answer, sizeof answer, 1, stdout);
  }
  return 0;
}
