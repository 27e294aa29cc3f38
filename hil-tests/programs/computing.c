/* A little of everything that compilers emit: integers and their corner cases, floats and their flags, atomics, switches,
   recursion, misaligned access. Prints what comes out. */
#include "print.h"

/* Hides a value from the compiler, so that the hart computes and not gcc. */
#define HIDE(type, value) ({ volatile type hidden = (value); hidden; })

static void integers(void) {
    static const int32_t values[] = {0, 1, -1, 7, -7, INT32_MAX, INT32_MIN, 0x12345678};
    for (int i = 0; i < 8; i++) {
        for (int j = 0; j < 8; j++) {
            int32_t a = HIDE(int32_t, values[i]);
            int32_t b = HIDE(int32_t, values[j]);
            int32_t quotient, remainder;
            uint32_t uquotient, uremainder;
            __asm__("div %0, %1, %2" : "=r"(quotient) : "r"(a), "r"(b));
            __asm__("rem %0, %1, %2" : "=r"(remainder) : "r"(a), "r"(b));
            __asm__("divu %0, %1, %2" : "=r"(uquotient) : "r"(a), "r"(b));
            __asm__("remu %0, %1, %2" : "=r"(uremainder) : "r"(a), "r"(b));
            uint64_t product = (uint64_t)((int64_t)a * b);
            uint64_t uproduct = (uint64_t)(uint32_t)a * (uint32_t)b;
            print("%d %d %u %u %x %x %x ", quotient, remainder, uquotient, uremainder, (uint32_t)product,
                  (uint32_t)(product >> 32), (uint32_t)(uproduct >> 32));
            print("%x %x %d\n", (uint32_t)a << (b & 31), (uint32_t)(a >> (b & 31)), a < b);
        }
    }
}

static uint32_t bits(float value) {
    union { float value; uint32_t bits; } both = {value};
    return both.bits;
}

static float from_bits(uint32_t value) {
    union { uint32_t bits; float value; } both = {value};
    return both.value;
}

static void floats(void) {
    static const uint32_t values[] = {0x00000000, 0x80000000, 0x3f800000, 0xbfc00000, 0x7f7fffff, 0x00000001, 0x7f800000,
                                      0xff800000, 0x7fc00001, 0x7f800001, 0x4b000001, 0x3eaaaaab, 0xcf000000, 0x4effffff};
    for (int i = 0; i < 14; i++) {
        for (int j = 0; j < 14; j++) {
            float a = from_bits(HIDE(uint32_t, values[i]));
            float b = from_bits(HIDE(uint32_t, values[j]));
            float fused, root;
            int32_t whole;
            WRITE_CSR(fflags, 0);
            __asm__ volatile("fmadd.s %0, %1, %2, %1" : "=f"(fused) : "f"(a), "f"(b));
            __asm__ volatile("fsqrt.s %0, %1" : "=f"(root) : "f"(a));
            __asm__ volatile("fcvt.w.s %0, %1" : "=r"(whole) : "f"(b));
            print("%x %x %x %x ", bits(a + b), bits(a - b), bits(a * b), bits(a / b));
            print("%x %x %d %d%d%d %x\n", bits(root), bits(fused), whole, a < b, a <= b, a == b,
                  READ_CSR(fflags));
        }
    }
}

static uint32_t ackermann(uint32_t m, uint32_t n) {
    if (m == 0) return n + 1;
    return ackermann(m - 1, n == 0 ? 1 : ackermann(m, n - 1));
}

static uint32_t interpret(const char *program) {
    uint32_t value = 1;
    for (; *program != 0; program++) {
        switch (*program) {
        case 'a': value += 3; break;
        case 'b': value *= 5; break;
        case 'c': value ^= value >> 7; break;
        case 'd': value -= 11; break;
        case 'e': value = value << 3 | value >> 29; break;
        case 'f': value = ~value; break;
        case 'g': value %= 1000003; break;
        default: value = 0;
        }
    }
    return value;
}

static void memory(void) {
    static volatile uint32_t counter;
    static uint8_t bytes[64];
    for (int i = 0; i < 64; i++) bytes[i] = (uint8_t)(i * 37 + 11);
    for (int i = 0; i < 4; i++) {
        print("%x %x ", *(volatile uint32_t *)(bytes + 20 + i), *(volatile int16_t *)(bytes + 33 + i));
        *(volatile uint32_t *)(bytes + 41 + i * 5) = 0xa1b2c3d4;
    }
    uint32_t sum = 0;
    for (int i = 0; i < 64; i++) sum = sum * 31 + bytes[i];
    uint32_t before = __atomic_fetch_add(&counter, 41, __ATOMIC_SEQ_CST);
    uint32_t after = __atomic_exchange_n(&counter, 7, __ATOMIC_SEQ_CST);
    uint32_t expected = 7;
    int swapped = __atomic_compare_exchange_n(&counter, &expected, 9, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    print("%x %u %u %d %u\n", sum, before, after, swapped, counter);
}

int main(void) {
    integers();
    floats();
    print("%u %u\n", ackermann(2, 6), interpret("abcdefgabcbebdbfbgeecabdd"));
    memory();
    finish(0);
}
