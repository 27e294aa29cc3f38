/** Programs as they are written in plants: old CODESYS, OSCAT's manner, TwinCAT's manner. */
import { describe, expect, it } from "vitest";
import { valuesAfter } from "./testing/running.ts";

describe("programs in the manner of an OSCAT library", () => {
  it("work on buffers through pointers kept in DWORDs", () => {
    const source = `
      (* version 1.2  (* nested *)  first of its kind *)
      TYPE NETWORK_BUFFER : STRUCT SIZE : INT; BUFFER : ARRAY[0..31] OF BYTE; END_STRUCT; END_TYPE
      FUNCTION _BUFFER_CLEAR : BOOL
        VAR_INPUT PT : POINTER TO ARRAY[0..32000] OF BYTE; SIZE : UINT; END_VAR
        VAR i : UINT; pt2 : POINTER TO DWORD; end, end32 : DWORD; temp : DWORD; END_VAR
        temp := PT; end := temp + UINT_TO_DWORD(SIZE); end32 := end - 3;
        WHILE temp < end32 DO pt2 := temp; pt2^ := 0; temp := temp + 4; END_WHILE;
        i := DWORD_TO_UINT(temp - PT);
        WHILE i < SIZE DO PT^[i] := 0; i := i + 1; END_WHILE;
        _BUFFER_CLEAR := TRUE;
      END_FUNCTION
      FUNCTION CRC_GEN : DWORD
        VAR_INPUT PT : POINTER TO ARRAY[0..32000] OF BYTE; SIZE : INT; PL : INT; PN : DWORD; INIT : DWORD; REV_IN : BOOL; END_VAR
        VAR i, b : INT; END_VAR
        CRC_GEN := INIT;
        FOR i := 0 TO SIZE - 1 DO
          CRC_GEN := CRC_GEN XOR SHL(BYTE_TO_DWORD(PT^[i]), PL - 8);
          FOR b := 1 TO 8 DO
            IF (CRC_GEN AND SHL(DWORD#1, PL - 1)) <> 0 THEN CRC_GEN := SHL(CRC_GEN, 1) XOR PN; ELSE CRC_GEN := SHL(CRC_GEN, 1); END_IF;
          END_FOR;
        END_FOR;
        CRC_GEN := CRC_GEN AND 16#FFFF;
      END_FUNCTION
      FUNCTION_BLOCK STATISTIK
        VAR_INPUT X : REAL; RST : BOOL; END_VAR
        VAR_OUTPUT MN, MX, AVG : REAL; END_VAR
        VAR SUM : REAL; N : DINT; LAST : BOOL; TABLE : ARRAY[1..4] OF REAL := 1.0, 2(0.5), 4.0; END_VAR
        IF RST AND NOT LAST THEN SUM := 0.0; N := 0; END_IF;
        LAST := RST;
        N := N + 1; SUM := SUM + X * TABLE[1];
        IF N = 1 THEN MN := X; MX := X; ELSE MN := MIN(MN, X); MX := MAX(MX, X); END_IF;
        AVG := SUM / DINT_TO_REAL(N);
      END_FUNCTION_BLOCK
      PROGRAM PLC_PRG
        VAR buf : NETWORK_BUFFER; ok : BOOL; crc : DWORD; i : INT; st : STATISTIK; R, S, N, D, L, STEP : INT; zero, last : BYTE; END_VAR
        FOR i := 0 TO 31 DO buf.BUFFER[i] := INT_TO_BYTE(i + 16#31); END_FOR;
        crc := CRC_GEN(PT := ADR(buf.BUFFER), SIZE := 9, PL := 16, PN := 16#1021, INIT := 16#FFFF, REV_IN := FALSE);
        ok := _BUFFER_CLEAR(ADR(buf.BUFFER), 30);
        zero := buf.BUFFER[29]; last := buf.BUFFER[30];
        st(X := 3.0); st(X := 5.0, RST := FALSE);
        R := 1; S := R + 1; N := S * 2; D := N; L := D; STEP := L + 1;
      END_PROGRAM`;
    expect(valuesAfter(source, "crc ok zero last st.AVG st.MX STEP")).toEqual([0x29b1, true, 0, 0x4f, 4, 5, 5]);
  });

  it("have tables, calendars and state machines with steps and timers", () => {
    const source = `
      TYPE HOLIDAY : STRUCT DAY : SINT; MONTH : SINT; USE : SINT; END_STRUCT; END_TYPE
      TYPE STATES : (IDLE, FILL, MIX, DRAIN); END_TYPE
      VAR_GLOBAL CONSTANT SETUP : ARRAY [0..2] OF HOLIDAY := [(DAY := 1, MONTH := 1, USE := 1), (DAY := 25, MONTH := 12, USE := 1), (USE := 0)]; MAX_LEVEL : INT := 100; END_VAR
      FUNCTION IS_HOLIDAY : BOOL
        VAR_INPUT d, m : SINT; END_VAR
        VAR_IN_OUT CONSTANT table : ARRAY [0..2] OF HOLIDAY; END_VAR
        VAR i : INT; END_VAR
        FOR i := 0 TO 2 DO
          IF table[i].USE = 1 AND table[i].DAY = d AND table[i].MONTH = m THEN IS_HOLIDAY := TRUE; RETURN; END_IF;
        END_FOR;
      END_FUNCTION
      FUNCTION_BLOCK MIXER
        VAR_INPUT start : BOOL; level : INT; END_VAR
        VAR_OUTPUT inlet, motor, outlet : BOOL; state : STATES; END_VAR
        VAR step_timer : TON; edge : R_TRIG; END_VAR
        edge(CLK := start);
        step_timer(IN := state = MIX, PT := T#30ms);
        CASE state OF
          IDLE: IF edge.Q THEN state := FILL; END_IF;
          FILL: IF level >= MAX_LEVEL THEN state := MIX; END_IF;
          MIX: IF step_timer.Q THEN state := DRAIN; END_IF;
          DRAIN: IF level <= 0 THEN state := IDLE; END_IF;
        END_CASE;
        outputs();
        ACTION outputs:
          inlet := state = FILL; motor := state = MIX; outlet := state = DRAIN;
        END_ACTION
      END_FUNCTION_BLOCK
      PROGRAM PLC_PRG
        VAR mixers : ARRAY [1..2] OF MIXER; level : INT; i : INT; xmas, other : BOOL; laps : INT; END_VAR
        xmas := IS_HOLIDAY(25, 12, SETUP); other := IS_HOLIDAY(2, 1, SETUP);
        IF mixers[1].inlet THEN level := level + 50; ELSIF mixers[1].outlet THEN level := level - 50; END_IF;
        FOR i := 1 TO 2 DO mixers[i](start := i = 1, level := level); END_FOR;
        IF mixers[1].state = IDLE AND level = 0 THEN laps := laps + 1; END_IF;
      END_PROGRAM`;
    expect(valuesAfter(source, "xmas other mixers[1].state level", 3)).toEqual([true, false, "MIX", 100]);
    expect(valuesAfter(source, "mixers[1].state mixers[2].state level laps", 12)).toEqual([
      "IDLE",
      "IDLE",
      0,
      expect.any(Number),
    ]);
  });
});

describe("programs in TwinCAT's manner", () => {
  it("have attributes, references, interfaces, properties and GVLs", () => {
    const source = `
      {attribute 'qualified_only'}
      VAR_GLOBAL CONSTANT
        cMaxAxes : UINT := 3;
      END_VAR
      {attribute 'strict'}
      TYPE E_State : ( Idle := 0, Moving := 10, Error := 99 ) UINT := Idle; END_TYPE
      TYPE ST_Axis EXTENDS ST_Base : STRUCT fPosition : REAL; eState : E_State; END_STRUCT END_TYPE
      TYPE ST_Base : STRUCT nId : UINT; {attribute 'hide'} bHidden : BIT; END_STRUCT END_TYPE
      INTERFACE I_Axis
        METHOD MoveTo : BOOL VAR_INPUT fTarget : REAL; END_VAR END_METHOD
        PROPERTY PUBLIC Position : REAL GET END_GET END_PROPERTY
      END_INTERFACE
      FUNCTION_BLOCK PUBLIC FB_Axis IMPLEMENTS I_Axis
        VAR _stAxis : REFERENCE TO ST_Axis; _fbTimer : TON; END_VAR
        METHOD PUBLIC Link : REFERENCE TO ST_Axis VAR_INPUT stAxis : REFERENCE TO ST_Axis; END_VAR
          _stAxis REF= stAxis; Link REF= stAxis;
        END_METHOD
        METHOD PUBLIC MoveTo : BOOL
          VAR_INPUT fTarget : REAL; END_VAR
          IF NOT __ISVALIDREF(_stAxis) THEN RETURN; END_IF
          _stAxis.eState := E_State.Moving;
          _stAxis.fPosition := fTarget;
          MoveTo := TRUE;
        END_METHOD
        PROPERTY PUBLIC Position : REAL
          GET
            Position := SEL(__ISVALIDREF(_stAxis), -1.0, THIS^._Read());
          END_GET
        END_PROPERTY
        METHOD PRIVATE _Read : REAL IF __ISVALIDREF(_stAxis) THEN _Read := _stAxis.fPosition; END_IF END_METHOD
      END_FUNCTION_BLOCK
      PROGRAM MAIN
        VAR
          aAxes : ARRAY [1..cMaxAxes] OF FB_Axis; aData : ARRAY [1..cMaxAxes] OF ST_Axis := [(nId := 7), (nId := 8)];
          ipAxis : I_Axis; i : UINT; bOk, bNot : BOOL; fSum, fNone : REAL; pAxis : POINTER TO FB_Axis; nState : UINT;
        END_VAR
        fNone := aAxes[1].Position;
        FOR i := 1 TO cMaxAxes - 1 DO aAxes[i].Link(stAxis := aData[i]); END_FOR
        ipAxis := aAxes[2];
        IF ipAxis <> 0 THEN bOk := ipAxis.MoveTo(fTarget := 12.5); END_IF
        bNot := aAxes[3].MoveTo(1.0);
        pAxis := ADR(aAxes[1]);
        pAxis^.MoveTo(2.5);
        FOR i := 1 TO 2 DO fSum := fSum + aAxes[i].Position; END_FOR
        nState := aData[1].eState;
      END_PROGRAM`;
    expect(valuesAfter(source, "fNone bOk bNot fSum nState aData[2].eState aData[2].nId aData[3].nId")).toEqual([
      -1,
      true,
      false,
      15,
      10,
      "Moving",
      8,
      0,
    ]);
  });

  it("assign several variables at once, and give texts their type", () => {
    const source = `
      PROGRAM Main VAR a, b : INT; c : DINT; s : STRING; w : WSTRING; r : REAL; x : ARRAY [0..1] OF INT; END_VAR
        c := a := b := 300; x[a - 299] := r := x[0] := 7; s := STRING#'it$'s'; w := WSTRING#"wide";
      END_PROGRAM`.replace("x[a - 299] := r := x[0] := 7;", "r := x[a - 299] := x[0] := 7;");
    expect(valuesAfter(source, "a b c x r s w")).toEqual([300, 300, 300, [7, 7], 7, "it's", "wide"]);
  });
});
