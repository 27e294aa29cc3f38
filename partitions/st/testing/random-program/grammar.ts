/**
 * What random programs are made of: for each type the forms that give a value of it, and the forms of statements. In a form stand
 * - `<INT>`: an expression, `<?INT>`: what is in a variable, `<#INT>`: a literal, `<=INT>`: a place to write to,
 * - `<2..5>`: an index of these bounds, seldom one outside of them; `<~9>`: a number below 9,
 * - `<body>`: statements, `<counter>`: a counter of its own, `<leave>`: perhaps an EXIT, CONTINUE or RETURN.
 */

const SIGNED = ["SINT", "INT", "DINT", "LINT"] as const;
const UNSIGNED = ["USINT", "UINT", "UDINT", "ULINT"] as const;
const INTEGERS = [...SIGNED, ...UNSIGNED] as const;
const BITS = ["BYTE", "WORD", "DWORD", "LWORD"] as const;
const REALS = ["REAL", "LREAL"] as const;
const TEXTS = ["STRING", "WSTRING"] as const;
const MOMENTS = ["DATE", "LDATE", "TOD", "LTOD", "DT", "LDT"] as const;
const TIMES = ["TIME", "LTIME"] as const;

/** Of each of these a unit has variables. */
export const TYPES = [
  ...INTEGERS,
  ...BITS,
  "BOOL",
  ...REALS,
  ...TIMES,
  ...MOMENTS,
  ...TEXTS,
  "CHAR",
  "Color",
  "Level",
  "Rec",
  "Ints",
] as const;
export type TypeName = (typeof TYPES)[number];
export type Forms = Readonly<Partial<Record<TypeName, readonly string[]>>>;

/** Declared before all units. */
export const TYPE_DECLARATIONS = `TYPE
  Color : (Red, Green := 5, Blue);
  Mode : USINT (Off := 3, Manual, Automatic := 200);
  Level : INT (-5..20);
  Ints : ARRAY [0..7] OF INT;
  Rec : STRUCT count : INT := 2; value : REAL; flag : BOOL := TRUE; name : STRING(6) := 'rec'; wide : LINT; mode : Mode; END_STRUCT;
  Both : UNION whole : DWORD; half : ARRAY [0..1] OF INT; quarter : ARRAY [0..3] OF BYTE; END_UNION
  Node : STRUCT value : DINT; next : POINTER TO Node; END_STRUCT;
END_TYPE`;

/** How a variable of the type is declared. */
export const spelling = (type: TypeName): string =>
  type === "STRING" ? "STRING(10)" : type === "WSTRING" ? "WSTRING[9]" : type;

const twice = (...forms: string[]): readonly string[] => [...forms, ...forms];
const others = <T extends TypeName>(types: readonly T[], type: TypeName): readonly T[] =>
  types.filter((each) => each !== type);
const conversions = (types: readonly TypeName[], type: TypeName): readonly string[] =>
  others(types, type).map((from) => `${from}_TO_${type}(<${from}>)`);
/** One of the conversions is as likely as two other forms. */
const choices = (type: TypeName): readonly string[] => [
  `SEL(<BOOL>, <${type}>, <${type}>)`,
  `MUX(<INT>, <${type}>, <${type}>, <${type}>)`,
];

const integer = (type: (typeof INTEGERS)[number]): readonly string[] => [
  ...twice(`(<${type}> + <${type}>)`, `(<${type}> - <${type}>)`, `(<${type}> * <${type}>)`),
  ...["2", "3", "7", "8", "10", "100", `<?${type}>`].flatMap((by) => [`(<${type}> / ${by})`, `(<${type}> MOD ${by})`]),
  `ADD(<${type}>, <${type}>, <${type}>)`,
  `MIN(<${type}>, <${type}>)`,
  `MAX(<${type}>, <${type}>, <${type}>)`,
  `LIMIT(<#${type}>, <${type}>, <${type}>)`,
  ...((SIGNED as readonly TypeName[]).includes(type) ? [`ABS(<${type}>)`, `(-<${type}>)`] : []),
  ...choices(type),
  ...conversions([...INTEGERS, ...BITS, ...REALS, "BOOL"], type),
  `STRING_TO_${type}(<STRING>)`,
  `TRUNC_${type}(<REAL>)`,
];

const bits = (type: (typeof BITS)[number]): readonly string[] => [
  ...twice(`(<${type}> AND <${type}>)`, `(<${type}> OR <${type}>)`, `(<${type}> XOR <${type}>)`, `(NOT <${type}>)`),
  ...["SHL", "SHR", "ROL", "ROR"].flatMap((shift) => [
    `${shift}(<${type}>, <~67>)`,
    `${shift}(<${type}>, <USINT>)`,
    `${shift}(<${type}>, <?ULINT>)`,
  ]),
  ...choices(type),
  ...conversions([...INTEGERS, ...BITS, "BOOL"], type),
  `STRING_TO_${type}(<STRING>)`,
];

const real = (type: (typeof REALS)[number]): readonly string[] => [
  ...twice(`(<${type}> + <${type}>)`, `(<${type}> - <${type}>)`, `(<${type}> * <${type}>)`, `(<${type}> / <${type}>)`),
  ...["2.0", "4.0", "0.5", "3.0"].map((by) => `(<${type}> / ${by})`),
  `SQRT(ABS(<${type}>))`,
  `LIMIT(-100.0, <${type}>, 100.0)`,
  `MIN(<${type}>, <${type}>)`,
  `MAX(<${type}>, <${type}>)`,
  `(-<${type}>)`,
  `SIN(<${type}>)`,
  `EXPT(<${type}>, <~5>)`,
  `EXP(LIMIT(-9.0, <${type}>, 9.0))`,
  ...choices(type),
  ...conversions([...INTEGERS, ...REALS], type),
  `STRING_TO_${type}(<STRING>)`,
];

const time = (type: (typeof TIMES)[number]): readonly string[] => [
  ...twice(`(<${type}> + <${type}>)`, `(<${type}> - <${type}>)`, `(<${type}> * <INT>)`, `(<${type}> / <?DINT>)`),
  `(<${type}> * <REAL>)`,
  `(<${type}> / <?LREAL>)`,
  `(-<${type}>)`,
  `MIN(<${type}>, <${type}>)`,
  `LIMIT(<#${type}>, <${type}>, <${type}>)`,
  `DINT_TO_${type}(<DINT>)`,
  `LINT_TO_${type}(<LINT>)`,
  `STRING_TO_${type}(<STRING>)`,
  ...choices(type),
  ...(type === "TIME"
    ? ["(<DT> - <DT>)", "(<TOD> - <TOD>)", "(<DATE> - <DATE>)", "TIME()", "LTIME_TO_TIME(<LTIME>)"]
    : ["(<LDT> - <LDT>)", "(<LTOD> - <LTOD>)", "(<LDATE> - <LDATE>)", "TIME_TO_LTIME(<TIME>)"]),
];

const text = (type: (typeof TEXTS)[number]): readonly string[] => [
  ...twice(`CONCAT(<${type}>, <${type}>)`, `LEFT(<${type}>, <~9>)`, `MID(<${type}>, <~9>, <~9>)`),
  `CONCAT(<${type}>, <${type}>, <${type}>)`,
  `RIGHT(<${type}>, <INT>)`,
  `INSERT(<${type}>, <${type}>, <~9>)`,
  `DELETE(<${type}>, <~9>, <INT>)`,
  `REPLACE(<${type}>, <${type}>, <~9>, <~9>)`,
  `SEL(<BOOL>, <${type}>, <${type}>)`,
  ...others(TYPES.slice(0, TYPES.indexOf("STRING")) as readonly TypeName[], type).map(
    (from) => `${from}_TO_${type}(<${from}>)`,
  ),
  type === "STRING" ? "WSTRING_TO_STRING(<WSTRING>)" : "STRING_TO_WSTRING(<STRING>)",
];

const COMPARED: readonly TypeName[] = [...INTEGERS, ...BITS, ...REALS, ...TIMES, ...MOMENTS, ...TEXTS, "CHAR"];
const truth: readonly string[] = [
  ...["AND", "OR", "XOR"].flatMap((operator) => Array<string>(12).fill(`(<BOOL> ${operator} <BOOL>)`)),
  ...Array<string>(8).fill("(NOT <BOOL>)"),
  ...COMPARED.flatMap((type) => ["<", "<=", ">", ">=", "=", "<>"].map((sign) => `(<${type}> ${sign} <${type}>)`)),
  "(<Color> = <Color>)",
  "GT(<INT>, <INT>, <INT>)",
  "<?WORD>.<~16>",
  "INT_TO_BOOL(<INT>)",
  "STRING_TO_BOOL(<STRING>)",
  "SEL(<BOOL>, <BOOL>, <BOOL>)",
];

/** The forms of an expression of each type, whatever unit it stands in. */
export const EXPRESSIONS: Readonly<Record<TypeName, readonly string[]>> = {
  ...(Object.fromEntries([
    ...INTEGERS.map((type) => [type, integer(type)]),
    ...BITS.map((type) => [type, bits(type)]),
    ...REALS.map((type) => [type, real(type)]),
    ...TIMES.map((type) => [type, time(type)]),
    ...TEXTS.map((type) => [type, text(type)]),
  ]) as Record<Exclude<TypeName, "INT">, readonly string[]>),
  INT: [
    ...integer("INT"),
    ...twice("LEN(<STRING>)", "LEN(<WSTRING>)", "FIND(<STRING>, <STRING>)", "Color_TO_INT(<Color>)", "(<Level> * 3)"),
  ],
  BOOL: truth,
  DATE: [
    "DT_TO_DATE(<DT>)",
    "LDATE_TO_DATE(<LDATE>)",
    "SEL(<BOOL>, <DATE>, <DATE>)",
    "UDINT_TO_DATE(<UDINT>)",
    "STRING_TO_DATE(<STRING>)",
  ],
  LDATE: ["LDT_TO_LDATE(<LDT>)", "DATE_TO_LDATE(<DATE>)", "SEL(<BOOL>, <LDATE>, <LDATE>)"],
  TOD: twice(
    "SEL(<BOOL>, <TOD>, <TOD>)",
    "(<TOD> + <TIME>)",
    "(<TOD> - <TIME>)",
    "DT_TO_TOD(<DT>)",
    "LTOD_TO_TOD(<LTOD>)",
  ),
  LTOD: twice(
    "SEL(<BOOL>, <LTOD>, <LTOD>)",
    "(<LTOD> + <LTIME>)",
    "(<LTOD> - <TIME>)",
    "LDT_TO_LTOD(<LDT>)",
    "TOD_TO_LTOD(<TOD>)",
  ),
  DT: twice(
    "SEL(<BOOL>, <DT>, <DT>)",
    "(<DT> + <TIME>)",
    "(<DT> - <TIME>)",
    "LDT_TO_DT(<LDT>)",
    "CONCAT_DATE_TOD(<DATE>, <TOD>)",
    "MAX(<DT>, <DT>)",
  ),
  LDT: twice("SEL(<BOOL>, <LDT>, <LDT>)", "(<LDT> + <LTIME>)", "(<LDT> - <TIME>)", "DT_TO_LDT(<DT>)"),
  CHAR: ["STRING_TO_CHAR(<STRING>)", "BYTE_TO_CHAR(<BYTE>)", "SEL(<BOOL>, <CHAR>, <CHAR>)", "<?STRING>[<1..10>]"],
  Color: [
    "SEL(<BOOL>, <Color>, <Color>)",
    "INT_TO_Color(<?INT>)",
    "INT_TO_Color(<?INT> MOD 7)",
    "MUX(<INT>, <Color>, <Color>)",
  ],
  Level: ["LIMIT(-5, <?INT>, 20)", "(<?INT> MOD 6)", "(<?Level> + <INT>)"],
  Rec: ["<?Rec>"],
  Ints: ["<?Ints>"],
};

const numbers = (type: TypeName, ...values: readonly string[]): readonly string[] =>
  values.map((value) => `${type}#${value}`);

export const literals = (type: TypeName): readonly string[] => {
  if ((INTEGERS as readonly TypeName[]).includes(type)) {
    const plain = ["0", "1", "2", "7", "10", "100"];
    if (type === "LINT" || type === "ULINT") plain.push("4294967295", "5000000000", "9223372036854775807");
    if (type === "DINT") plain.push("2147483647", "-2147483648");
    const negative = (SIGNED as readonly TypeName[]).includes(type) ? ["-1", "-5", "-100"] : ["255"];
    return numbers(type, ...plain, ...negative);
  }
  if ((BITS as readonly TypeName[]).includes(type))
    return numbers(type, ...["0", "1", "7F", "80", "FF", "5A"].map((digits) => `16#${digits}`));
  return LITERALS[type] ?? [];
};

const LITERALS: Forms = {
  BOOL: ["TRUE", "FALSE"],
  REAL: ["0.0", "1.0", "-1.5", "0.1", "1000.25", "3.0E10", "REAL#-0.0"],
  LREAL: ["LREAL#0.0", "1.0", "-1.5", "LREAL#0.1", "1000.25", "3.0E10", "LREAL#1.0E-300", "LREAL#1.0E300"],
  TIME: ["T#0s", "T#1ms", "T#-3s", "T#1d2h3m4s5ms", "T#24d20h31m23s647ms"],
  LTIME: ["LTIME#0s", "LTIME#1ns", "LTIME#-3s", "LTIME#1d2h3m4s5ms6us7ns", "LTIME#100000d"],
  DATE: ["D#1970-01-01", "D#2024-02-29", "D#2106-02-07"],
  LDATE: ["LDATE#1970-01-01", "LDATE#2024-02-29", "LDATE#2200-12-31"],
  TOD: ["TOD#00:00:00", "TOD#12:34:56.789", "TOD#23:59:59.999"],
  LTOD: ["LTOD#00:00:00", "LTOD#12:34:56.123456789", "LTOD#23:59:59.999999999"],
  DT: ["DT#1970-01-01-00:00:00", "DT#2024-02-29-12:34:56", "DT#2106-02-07-06:28:15"],
  LDT: ["LDT#1970-01-01-00:00:00", "LDT#2024-02-29-12:34:56.123456789"],
  STRING: ["''", "'a'", "'-12'", "'1.5E3'", "'T#1s500ms'", "'hello'", "'0123456789'", "'TRUE'", "'$N$'$$'"],
  WSTRING: ['""', '"a"', '"wide text"', '"$00E9"', '"-7"'],
  CHAR: ["CHAR#'a'", "CHAR#'0'", "CHAR#'$N'"],
  Color: ["Color#Red", "Green", "Blue"],
  Level: ["-5", "0", "7", "20"],
};

const CASES = "\n0: <body>\n1, 3..9: <body>\n10..1<~10>: <body>\n";

/** The forms of a statement that holds no others. */
export const SIMPLE_STATEMENTS: readonly string[] = [
  ...TYPES.flatMap((type) =>
    Array<string>((BITS as readonly TypeName[]).includes(type) ? 1 : 2).fill(`<=${type}> := <${type}>;`),
  ),
  "<=INT> := <INT>;",
  "<=INT> := ADD(EN := <BOOL>, IN1 := <INT>, IN2 := <INT>, ENO => <=BOOL>);",
  "<=REAL> := SQRT(EN := <BOOL>, IN := <REAL>, ENO => <=BOOL>);",
];

/** The forms of one that does. */
export const COMPOUND_STATEMENTS: readonly string[] = [
  ...twice(
    "IF <BOOL> THEN\n<body>\nELSIF <BOOL> THEN\n<body>\nELSE\n<body>\nEND_IF;",
    "IF <BOOL> THEN\n<body>\nEND_IF;",
    "FOR <counter> := <from> TO <~9> DO\n<body>\n<leave>\n<body>\nEND_FOR;",
    "FOR <counter> := <~9> TO <from> BY -<~3>1 DO\n<body>\nEND_FOR;",
    "FOR <counter> := <from> TO <INT> MOD 9 BY 2 DO\n<leave>\n<body>\nEND_FOR;",
    "<counter> := 0;\nWHILE <counter> < <~6> AND <BOOL> DO\n<counter> := <counter> + 1;\n<body>\n<leave>\nEND_WHILE;",
    "<counter> := 0;\nREPEAT\n<counter> := <counter> + 1;\n<body>\n<leave>\nUNTIL <counter> > <~6> OR <BOOL> END_REPEAT;",
  ),
  ...["SINT", "INT", "USINT", "DINT", "LINT", "ULINT"].map((type) => `CASE <${type}> OF${CASES}ELSE <body>\nEND_CASE;`),
  "CASE <Color> OF\nRed: <body>\nGreen, Blue: <body>\nEND_CASE;",
  "CASE <?WORD> OF\n16#0..16#7F: <body>\n16#FF: <body>\nEND_CASE;",
];
