/**
 * Mathematical functions of REAL (IEC 61131-3 table 29) in Structured Text: the argument is reduced to a short interval around
 * 0, where a Taylor polynomial is exact to single precision.
 */
export const MATHEMATICS = `
(* x = k ln 2 + r, |r| <= ln 2 / 2; e^x = 2^k e^r. The factor is applied in two halves so that it never overflows alone. *)
FUNCTION EXP_REAL : REAL
  VAR_INPUT IN : REAL; END_VAR
  VAR K, HALF : DINT; R, P : REAL; END_VAR
  IF IN > 89.0 THEN
    EXP_REAL := DWORD_TO_REAL(16#7F800000);
    RETURN;
  ELSIF IN < -104.0 THEN
    EXP_REAL := 0.0;
    RETURN;
  END_IF;
  K := REAL_TO_DINT(IN * 1.44269504);
  R := IN - DINT_TO_REAL(K) * 0.693359375 + DINT_TO_REAL(K) * 2.12194440E-4;
  P := 1.0 + R * (1.0 + R * (0.5 + R * (0.166666667 + R * (0.0416666667 + R * (0.00833333333 + R * (0.00138888889 + R * 0.000198412698))))));
  HALF := K / 2;
  EXP_REAL := P * DWORD_TO_REAL(SHL(DINT_TO_DWORD(HALF + 127), 23)) * DWORD_TO_REAL(SHL(DINT_TO_DWORD(K - HALF + 127), 23));
END_FUNCTION

(* x = 2^k m, m around 1; ln m = 2 artanh((m - 1) / (m + 1)). *)
FUNCTION LN_REAL : REAL
  VAR_INPUT IN : REAL; END_VAR
  VAR X, S, S2, M : REAL; K : DINT; BITS : DWORD; END_VAR
  IF NOT (IN > 0.0) THEN
    LN_REAL := SEL(IN = 0.0, DWORD_TO_REAL(16#7FC00000), DWORD_TO_REAL(16#FF800000));
    RETURN;
  ELSIF IN > 3.4028234E38 THEN
    LN_REAL := IN;
    RETURN;
  END_IF;
  X := IN;
  IF X < 1.17549435E-38 THEN
    X := X * 8388608.0;
    K := -23;
  END_IF;
  BITS := REAL_TO_DWORD(X);
  K := K + DWORD_TO_DINT(SHR(BITS, 23)) - 127;
  M := DWORD_TO_REAL((BITS AND 16#007FFFFF) OR 16#3F800000);
  IF M > 1.41421356 THEN
    M := M * 0.5;
    K := K + 1;
  END_IF;
  S := (M - 1.0) / (M + 1.0);
  S2 := S * S;
  LN_REAL := 2.0 * S * (1.0 + S2 * (0.333333333 + S2 * (0.2 + S2 * (0.142857143 + S2 * 0.111111111)))) - DINT_TO_REAL(K) * 2.12194440E-4;
  LN_REAL := LN_REAL + DINT_TO_REAL(K) * 0.693359375;
END_FUNCTION

FUNCTION LOG_REAL : REAL
  VAR_INPUT IN : REAL; END_VAR
  LOG_REAL := LN_REAL(IN) * 0.434294482;
END_FUNCTION

(* Whole exponents by repeated multiplication, which is exact where the result is. *)
FUNCTION EXPT_REAL : REAL
  VAR_INPUT IN1, IN2 : REAL; END_VAR
  VAR N : DINT; FACTOR : REAL; END_VAR
  IF ABS(IN2) <= 1024.0 AND_THEN DINT_TO_REAL(TRUNC(IN2)) = IN2 THEN
    N := TRUNC(ABS(IN2));
    FACTOR := IN1;
    EXPT_REAL := 1.0;
    WHILE N > 0 DO
      IF N.0 THEN
        EXPT_REAL := EXPT_REAL * FACTOR;
      END_IF;
      FACTOR := FACTOR * FACTOR;
      N := N / 2;
    END_WHILE;
    IF IN2 < 0.0 THEN
      EXPT_REAL := 1.0 / EXPT_REAL;
    END_IF;
  ELSIF IN1 = 0.0 AND IN2 > 0.0 THEN
    EXPT_REAL := 0.0;
  ELSE
    EXPT_REAL := EXP_REAL(IN2 * LN_REAL(IN1));
  END_IF;
END_FUNCTION

(* IN = k pi/2 + R, |R| <= pi/4; gives k, or its last two bits. pi/2 is in three parts; the first two have 17
   bits, so that k times these is exact. *)
FUNCTION PARTITA_REDUCE : DINT
  VAR_INPUT IN : REAL; END_VAR
  VAR_OUTPUT R : REAL; END_VAR
  VAR K : REAL; END_VAR
  IF ABS(IN) < 128.0 THEN
    PARTITA_REDUCE := REAL_TO_DINT(IN * 0.636619772);
    K := DINT_TO_REAL(PARTITA_REDUCE);
    R := ((IN - K * 1.57078552) - K * 1.08042732E-5) - K * 6.07710051E-11;
  ELSIF ABS(IN) <= 3.4028235E38 THEN
    PARTITA_REDUCE := PARTITA_REDUCE_LARGE(IN, R => R);
  ELSE
    R := DWORD_TO_REAL(16#7FC00000);
  END_IF;
END_FUNCTION

(* The same for |IN| >= 128 (Payne and Hanek, "Radian reduction for trigonometric functions", 1983). IN = mantissa 2^e; of 2/pi
   only those bytes count whose product with it is neither a multiple of 4 nor too small to be seen: 13 of them, that is, from
   byte e / 8 on. The mantissa is multiplied by one after the other, as by the digits of a number; each step fits into 32 bits. *)
FUNCTION PARTITA_REDUCE_LARGE : DINT
  VAR_INPUT IN : REAL; END_VAR
  VAR_OUTPUT R : REAL; END_VAR
  VAR CONSTANT
    TWO_OVER_PI : ARRAY [-2..25] OF USINT := [3(0), 16#A2, 16#F9, 16#83, 16#6E, 16#4E, 16#44, 16#15, 16#29, 16#FC, 16#27, 16#57,
      16#D1, 16#F5, 16#34, 16#DD, 16#C0, 16#DB, 16#62, 16#95, 16#99, 16#3C, 16#43, 16#90, 16#41, 16#FE];
  END_VAR
  VAR BITS : DWORD; E, I, SHIFT : DINT; MANTISSA, STEP, HIGH, MIDDLE, LOW : UDINT; COARSE, FINE : REAL; END_VAR
  BITS := REAL_TO_DWORD(IN);
  MANTISSA := DWORD_TO_UDINT((BITS AND 16#007FFFFF) OR 16#00800000);
  (* e + 16, which is not negative. *)
  E := DWORD_TO_DINT(SHR(BITS, 23) AND 16#FF) - 134;
  FOR I := E / 8 + 10 TO E / 8 - 2 BY -1 DO
    STEP := MANTISSA * TWO_OVER_PI[I] + SHR(STEP, 8);
    LOW := SHR(LOW, 8) + SHL(MIDDLE, 24);
    MIDDLE := SHR(MIDDLE, 8) + SHL(HIGH, 24);
    HIGH := SHR(HIGH, 8) + SHL(STEP, 24);
  END_FOR;
  (* HIGH begins with 8 bits before the point. The rest of 2^e moves the last two of them to the front: they are k, rounded down;
     what follows in HIGH and MIDDLE is the fraction, in units of 2^-30 and 2^-62. *)
  SHIFT := E MOD 8 + 6;
  HIGH := SHL(HIGH, SHIFT) + SHR(MIDDLE, 32 - SHIFT);
  MIDDLE := SHL(MIDDLE, SHIFT) + SHR(LOW, 32 - SHIFT);
  (* Rounded to the nearest k, the fraction is at most a half; its sign is put aside. *)
  PARTITA_REDUCE_LARGE := UDINT_TO_DINT(SHR(HIGH + 16#20000000, 30));
  HIGH := HIGH - SHL(DINT_TO_UDINT(PARTITA_REDUCE_LARGE), 30);
  BITS.31 := UDINT_TO_DINT(HIGH) < 0;
  IF BITS.31 THEN
    HIGH := SEL(MIDDLE = 0, 16#FFFFFFFF - HIGH, 0 - HIGH);
    MIDDLE := 0 - MIDDLE;
  END_IF;
  (* Times pi/2. The first 12 bits of either multiply without rounding. *)
  FINE := UDINT_TO_REAL(HIGH MOD 131072) + UDINT_TO_REAL(MIDDLE) * 2.32830644E-10;
  COARSE := UDINT_TO_REAL(HIGH - HIGH MOD 131072);
  R := (COARSE * 1.57080078 + (FINE * 1.57079633 - COARSE * 4.45445510E-6)) * 9.31322575E-10;
  IF BITS.31 THEN
    R := -R;
  END_IF;
  IF IN < 0.0 THEN
    R := -R;
    PARTITA_REDUCE_LARGE := -PARTITA_REDUCE_LARGE;
  END_IF;
END_FUNCTION

(* sin(k pi/2 + R), |R| <= pi/4. *)
FUNCTION PARTITA_SINE : REAL
  VAR_INPUT K : DINT; R : REAL; END_VAR
  VAR R2 : REAL; END_VAR
  R2 := R * R;
  IF K.0 THEN
    PARTITA_SINE := 1.0 - R2 * (0.5 - R2 * (0.0416666667 - R2 * (0.00138888889 - R2 * (2.48015873E-5 - R2 * 2.75573192E-7))));
  ELSE
    PARTITA_SINE := R - R * R2 * (0.166666667 - R2 * (0.00833333333 - R2 * (1.98412698E-4 - R2 * 2.75573192E-6)));
  END_IF;
  IF K.1 THEN
    PARTITA_SINE := -PARTITA_SINE;
  END_IF;
END_FUNCTION

FUNCTION SIN_REAL : REAL
  VAR_INPUT IN : REAL; END_VAR
  VAR K : DINT; R : REAL; END_VAR
  K := PARTITA_REDUCE(IN, R => R);
  SIN_REAL := PARTITA_SINE(K, R);
END_FUNCTION

FUNCTION COS_REAL : REAL
  VAR_INPUT IN : REAL; END_VAR
  VAR K : DINT; R : REAL; END_VAR
  K := PARTITA_REDUCE(IN, R => R);
  COS_REAL := PARTITA_SINE(K + 1, R);
END_FUNCTION

FUNCTION TAN_REAL : REAL
  VAR_INPUT IN : REAL; END_VAR
  VAR K : DINT; R : REAL; END_VAR
  K := PARTITA_REDUCE(IN, R => R);
  TAN_REAL := PARTITA_SINE(K, R) / PARTITA_SINE(K + 1, R);
END_FUNCTION

(* Reduced to |t| <= tan(pi/8) by atan x = pi/2 - atan(1/x) and atan x = pi/4 + atan((x - 1) / (x + 1)). *)
FUNCTION ATAN_REAL : REAL
  VAR_INPUT IN : REAL; END_VAR
  VAR T, T2, BASE : REAL; END_VAR
  T := ABS(IN);
  IF T > 2.41421356 THEN
    BASE := 1.57079633;
    T := -1.0 / T;
  ELSIF T > 0.414213562 THEN
    BASE := 0.785398163;
    T := (T - 1.0) / (T + 1.0);
  END_IF;
  T2 := T * T;
  ATAN_REAL := BASE + (T - T * T2 * (0.333333333 - T2 * (0.2 - T2 * (0.142857143 - T2 * (0.111111111
    - T2 * (0.0909090909 - T2 * (0.0769230769 - T2 * 0.0666666667)))))));
  IF IN < 0.0 THEN
    ATAN_REAL := -ATAN_REAL;
  END_IF;
END_FUNCTION

FUNCTION ATAN2_REAL : REAL
  VAR_INPUT Y, X : REAL; END_VAR
  IF X > 0.0 THEN
    ATAN2_REAL := ATAN_REAL(Y / X);
  ELSIF X < 0.0 THEN
    ATAN2_REAL := ATAN_REAL(Y / X) + SEL(Y >= 0.0, -3.14159265, 3.14159265);
  ELSIF Y > 0.0 THEN
    (* X is 0, or no number, and so is the result. *)
    ATAN2_REAL := 1.57079633 + X;
  ELSIF Y < 0.0 THEN
    ATAN2_REAL := X - 1.57079633;
  ELSE
    ATAN2_REAL := X + Y;
  END_IF;
END_FUNCTION

FUNCTION ASIN_REAL : REAL
  VAR_INPUT IN : REAL; END_VAR
  ASIN_REAL := ATAN2_REAL(IN, SQRT((1.0 - IN) * (1.0 + IN)));
END_FUNCTION

FUNCTION ACOS_REAL : REAL
  VAR_INPUT IN : REAL; END_VAR
  ACOS_REAL := ATAN2_REAL(SQRT((1.0 - IN) * (1.0 + IN)), IN);
END_FUNCTION
`;
