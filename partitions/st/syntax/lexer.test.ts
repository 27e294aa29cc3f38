import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Problems } from "../problems.ts";
import { tokenize } from "./lexer.ts";
import { SourceText } from "./source-text.ts";

const lex = (text: string) => {
  const problems = new Problems();
  const tokens = tokenize(new SourceText("t.st", text), problems).slice(0, -1);
  return { tokens, messages: problems.errors.map(({ message }) => message) };
};

const values = (text: string) =>
  lex(text).tokens.map((token) =>
    token.kind === "duration" ? token.nanoseconds : "value" in token ? token.value : token.text,
  );

describe("tokens", () => {
  it("reads numbers in every base, with underscores", () => {
    expect(values("12 1_000 16#FF_FF 2#1010_0101 8#17 1.5 1.0E-3 1E5")).toEqual([
      12n,
      1000n,
      65535n,
      165n,
      15n,
      1.5,
      0.001,
      100000,
    ]);
  });

  it("tells a range and a bit access from a real number", () => {
    expect(values("1..5 x.5 a[1].2")).toEqual([1n, "..", 5n, "x", ".", 5n, "a", "[", 1n, "]", ".", 2n]);
  });

  it("reads durations of any units, also fractions and negative ones", () => {
    expect(values("T#1d2h3m4s5ms TIME#1.5s t#-250ms LTIME#10us")).toEqual([
      ...["T", "#", 93_784_005_000_000n],
      ...["TIME", "#", 1_500_000_000n],
      ...["t", "#", -250_000_000n],
      ...["LTIME", "#", 10_000n],
    ]);
  });

  it("reads strings with escapes", () => {
    expect(values(`'it$'s' '$27$N' "w$0041"`)).toEqual(["it's", "'\n", "wA"]);
  });

  it("passes over nested comments, line comments and pragmas", () => {
    expect(values("a (* one (* two *) still *) b // rest\n c {pragma} d /* e */ f")).toEqual(["a", "b", "c", "d", "f"]);
  });

  it("reads direct addresses as one token", () => {
    expect(values("%IX0.3 %qw4 %MD2 %I*")).toEqual(["%IX0.3", "%QW4", "%MD2", "%I*"]);
  });

  it("reports what is never closed and goes on", () => {
    expect(lex("a (* b").messages).toEqual(["this comment is never closed"]);
    expect(lex("a := 'b;\nc").messages).toEqual(["this string is not closed on its line"]);
    expect(lex("a ? b").messages).toHaveLength(1);
    expect(lex("2#12").messages).toEqual(["2#12 is no number"]);
    expect(lex("16#1_0000_0000_0000_0000").messages).toHaveLength(1);
  });

  it("ends, and keeps to the text, whatever it is given", () => {
    const fragments = fc.array(fc.constantFrom(..."aT1.#%(*)/'\"{}$ \n:=<>;".split(""), "16#", "T#", "1.5", "END_IF"), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(fragments, (parts) => {
        const text = parts.join("");
        let end = 0;
        for (const { at } of lex(text).tokens) {
          expect(at.start).toBeGreaterThanOrEqual(end);
          expect(at.end).toBeLessThanOrEqual(text.length);
          end = at.end;
        }
      }),
    );
  });
});
