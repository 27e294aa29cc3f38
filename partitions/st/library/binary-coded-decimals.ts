/** Numbers of which each digit stands in four bits (IEC 61131-3 table 22). Digits that do not fit are left out. */
const conversions = (bits: string, number: string): string => `
FUNCTION ${bits}_BCD_TO_${number} : ${number}
  VAR_INPUT IN : ${bits}; END_VAR
  VAR WEIGHT : ${number} := 1; END_VAR
  WHILE IN <> 0 DO
    ${bits}_BCD_TO_${number} := ${bits}_BCD_TO_${number} + WEIGHT * ${bits}_TO_${number}(IN AND 16#F);
    WEIGHT := WEIGHT * 10;
    IN := SHR(IN, 4);
  END_WHILE;
END_FUNCTION

FUNCTION ${number}_TO_BCD_${bits} : ${bits}
  VAR_INPUT IN : ${number}; END_VAR
  VAR SHIFT : USINT; END_VAR
  WHILE IN <> 0 AND SHIFT < ${bits === "BYTE" ? 8 : bits === "WORD" ? 16 : bits === "DWORD" ? 32 : 64} DO
    ${number}_TO_BCD_${bits} := ${number}_TO_BCD_${bits} OR SHL(${number}_TO_${bits}(IN MOD 10), SHIFT);
    IN := IN / 10;
    SHIFT := SHIFT + 4;
  END_WHILE;
END_FUNCTION
`;

export const BINARY_CODED_DECIMALS = [
  conversions("BYTE", "USINT"),
  conversions("WORD", "UINT"),
  conversions("DWORD", "UDINT"),
  conversions("LWORD", "ULINT"),
].join("");
