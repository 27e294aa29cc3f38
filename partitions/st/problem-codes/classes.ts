/** ST0651 …: methods, classes and interfaces (IEC 61131-3 §6.6.5–6.6.8). */
import { lines, type ProblemPage } from "./page.ts";

export const CLASS_PAGES = [
  {
    number: 651,
    name: "member-missing",
    title: "a method or property that was promised is not there",
    explanation: lines`
      IMPLEMENTS promises all methods and properties of the interface, EXTENDS all ABSTRACT methods of the base, and a PROPERTY that
      is read needs a GET. Write what is missing, with the same parameters and result.`,
    failing: lines`
      INTERFACE Drive METHOD Start : BOOL END_METHOD END_INTERFACE
      FUNCTION_BLOCK Pump IMPLEMENTS Drive END_FUNCTION_BLOCK
      PROGRAM Main VAR p : Pump; END_VAR p(); END_PROGRAM`,
    corrected: lines`
      INTERFACE Drive METHOD Start : BOOL END_METHOD END_INTERFACE
      FUNCTION_BLOCK Pump IMPLEMENTS Drive
        METHOD Start : BOOL Start := TRUE; END_METHOD
      END_FUNCTION_BLOCK
      PROGRAM Main VAR p : Pump; END_VAR p(); END_PROGRAM`,
  },
  {
    number: 652,
    name: "signature",
    title: "a method that differs from the one it stands for",
    explanation: lines`
      A call through an interface or a base passes what that one declares, so a method that implements or overrides it takes the
      same parameters, by name, type, section and order, and gives the same result (IEC 61131-3 §6.6.5.5).`,
    failing: lines`
      INTERFACE Drive METHOD Run VAR_INPUT speed : INT; END_VAR END_METHOD END_INTERFACE
      FUNCTION_BLOCK Pump IMPLEMENTS Drive
        METHOD Run VAR_INPUT speed : REAL; END_VAR END_METHOD
      END_FUNCTION_BLOCK
      PROGRAM Main VAR p : Pump; END_VAR p(); END_PROGRAM`,
    corrected: lines`
      INTERFACE Drive METHOD Run VAR_INPUT speed : INT; END_VAR END_METHOD END_INTERFACE
      FUNCTION_BLOCK Pump IMPLEMENTS Drive
        METHOD Run VAR_INPUT speed : INT; END_VAR END_METHOD
      END_FUNCTION_BLOCK
      PROGRAM Main VAR p : Pump; END_VAR p(); END_PROGRAM`,
  },
  {
    number: 653,
    name: "abstract",
    title: "something ABSTRACT where a whole one is needed",
    explanation: lines`
      An ABSTRACT method has no body, so its class must be ABSTRACT as well, and such a class has no instances: declare one of a
      class that extends it. A variable that only refers to an instance may have the type of the ABSTRACT class.`,
    failing: lines`
      FUNCTION_BLOCK ABSTRACT Drive
        METHOD ABSTRACT Run : BOOL END_METHOD
      END_FUNCTION_BLOCK
      PROGRAM Main VAR d : Drive; END_VAR END_PROGRAM`,
    corrected: lines`
      FUNCTION_BLOCK ABSTRACT Drive
        METHOD ABSTRACT Run : BOOL END_METHOD
      END_FUNCTION_BLOCK
      FUNCTION_BLOCK Pump EXTENDS Drive
        METHOD Run : BOOL Run := TRUE; END_METHOD
      END_FUNCTION_BLOCK
      PROGRAM Main VAR d : Pump; END_VAR d(); END_PROGRAM`,
  },
  {
    number: 654,
    name: "final",
    title: "something FINAL that would be extended or overridden",
    explanation: lines`
      FINAL says that nothing extends the class, or that nothing overrides the method, for others rely on what it does. Take away
      FINAL where it is yours, or hold an instance of the class instead of extending it.`,
    failing: lines`
      FUNCTION_BLOCK FINAL Drive END_FUNCTION_BLOCK
      FUNCTION_BLOCK Pump EXTENDS Drive END_FUNCTION_BLOCK
      PROGRAM Main VAR p : Pump; END_VAR p(); END_PROGRAM`,
    corrected: lines`
      FUNCTION_BLOCK Drive END_FUNCTION_BLOCK
      FUNCTION_BLOCK Pump EXTENDS Drive END_FUNCTION_BLOCK
      PROGRAM Main VAR p : Pump; END_VAR p(); END_PROGRAM`,
  },
  {
    number: 655,
    name: "override",
    title: "OVERRIDE without a method to override",
    explanation: lines`
      OVERRIDE says that the base has a method of this name, so that a change of its name there does not go unnoticed. Correct the
      name, or leave out OVERRIDE.`,
    failing: lines`
      FUNCTION_BLOCK Drive METHOD Run END_METHOD END_FUNCTION_BLOCK
      FUNCTION_BLOCK Pump EXTENDS Drive METHOD OVERRIDE Rum END_METHOD END_FUNCTION_BLOCK
      PROGRAM Main VAR p : Pump; END_VAR p(); END_PROGRAM`,
    corrected: lines`
      FUNCTION_BLOCK Drive METHOD Run END_METHOD END_FUNCTION_BLOCK
      FUNCTION_BLOCK Pump EXTENDS Drive METHOD OVERRIDE Run END_METHOD END_FUNCTION_BLOCK
      PROGRAM Main VAR p : Pump; END_VAR p(); END_PROGRAM`,
  },
  {
    number: 656,
    name: "access",
    title: "a member that others may not use",
    explanation: lines`
      PRIVATE members are for the class that declares them, PROTECTED ones also for what extends it (IEC 61131-3 §6.6.5.10). Where
      nothing is said, a member is PUBLIC.`,
    failing: lines`
      FUNCTION_BLOCK Pump METHOD PRIVATE Prime END_METHOD END_FUNCTION_BLOCK
      PROGRAM Main VAR p : Pump; END_VAR p.Prime(); END_PROGRAM`,
    corrected: lines`
      FUNCTION_BLOCK Pump METHOD PUBLIC Prime END_METHOD END_FUNCTION_BLOCK
      PROGRAM Main VAR p : Pump; END_VAR p.Prime(); END_PROGRAM`,
  },
  {
    number: 657,
    name: "no-instance",
    title: "THIS or SUPER where there is none",
    explanation: lines`
      THIS names the instance whose body or method runs, SUPER the same instance as its base knows it. There is no such instance in a
      FUNCTION or PROGRAM, and no SUPER in a class that extends nothing.`,
    failing: lines`
      FUNCTION_BLOCK Pump METHOD Start SUPER^.Start(); END_METHOD END_FUNCTION_BLOCK
      PROGRAM Main VAR p : Pump; END_VAR p.Start(); END_PROGRAM`,
    corrected: lines`
      FUNCTION_BLOCK Drive METHOD Start END_METHOD END_FUNCTION_BLOCK
      FUNCTION_BLOCK Pump EXTENDS Drive METHOD Start SUPER^.Start(); END_METHOD END_FUNCTION_BLOCK
      PROGRAM Main VAR p : Pump; END_VAR p.Start(); END_PROGRAM`,
  },
  {
    number: 658,
    name: "interface-body",
    title: "a body in an INTERFACE",
    explanation: lines`
      An INTERFACE says what can be called, and with which parameters; what happens then is said by each class that implements it.`,
    failing: lines`
      INTERFACE Drive METHOD Start : BOOL Start := TRUE; END_METHOD END_INTERFACE
      FUNCTION_BLOCK Pump IMPLEMENTS Drive METHOD Start : BOOL Start := TRUE; END_METHOD END_FUNCTION_BLOCK
      PROGRAM Main VAR d : Drive; p : Pump; END_VAR d := p; d.Start(); END_PROGRAM`,
    corrected: lines`
      INTERFACE Drive METHOD Start : BOOL END_METHOD END_INTERFACE
      FUNCTION_BLOCK Pump IMPLEMENTS Drive METHOD Start : BOOL Start := TRUE; END_METHOD END_FUNCTION_BLOCK
      PROGRAM Main VAR d : Drive; p : Pump; END_VAR d := p; d.Start(); END_PROGRAM`,
  },
] as const satisfies readonly ProblemPage[];
