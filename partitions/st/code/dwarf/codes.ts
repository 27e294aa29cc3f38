/** The numbers of DWARF that debug sections of Structured Text need (DWARF 4 §7.5.4, §7.7, §7.8, §7.12, §7.21, §7.23). */

export const TAG = {
  arrayType: 0x01,
  enumerationType: 0x04,
  formalParameter: 0x05,
  member: 0x0d,
  pointerType: 0x0f,
  referenceType: 0x10,
  compileUnit: 0x11,
  structureType: 0x13,
  typedef: 0x16,
  unionType: 0x17,
  inlinedSubroutine: 0x1d,
  subrangeType: 0x21,
  baseType: 0x24,
  enumerator: 0x28,
  subprogram: 0x2e,
  variable: 0x34,
} as const;

export const ATTRIBUTE = {
  location: 0x02,
  name: 0x03,
  byteSize: 0x0b,
  statementList: 0x10,
  lowPc: 0x11,
  highPc: 0x12,
  language: 0x13,
  constValue: 0x1c,
  inline: 0x20,
  lowerBound: 0x22,
  producer: 0x25,
  upperBound: 0x2f,
  abstractOrigin: 0x31,
  artificial: 0x34,
  memberLocation: 0x38,
  declaredFile: 0x3a,
  declaredLine: 0x3b,
  declaration: 0x3c,
  encoding: 0x3e,
  external: 0x3f,
  frameBase: 0x40,
  identifierCase: 0x42,
  type: 0x49,
  ranges: 0x55,
  callFile: 0x58,
  callLine: 0x59,
  objectPointer: 0x64,
} as const;

export const FORM = {
  address: 0x01,
  data2: 0x05,
  data4: 0x06,
  block1: 0x0a,
  data1: 0x0b,
  sdata: 0x0d,
  string: 0x0e,
  reference: 0x10,
  sectionOffset: 0x17,
  expression: 0x18,
  present: 0x19,
} as const;

export const ENCODING = { boolean: 2, float: 4, signed: 5, unsigned: 7, character: 8, utf: 0x10 } as const;

export const OPERATION = {
  address: 0x03,
  dereference: 0x06,
  and: 0x1a,
  plusConstant: 0x23,
  shiftRight: 0x25,
  literal0: 0x30,
  register: 0x50,
  baseRegister: 0x70,
  registerExtended: 0x90,
  frameBase: 0x91,
  dereferenceSize: 0x94,
  callFrameAddress: 0x9c,
  stackValue: 0x9f,
} as const;

/** Pascal is the language that debuggers know and that writes types and expressions as Structured Text does. */
export const LANGUAGE_PASCAL = 0x09;
export const CASE_INSENSITIVE = 3;
export const INLINED = 1;
