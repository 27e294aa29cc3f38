import fc from "fast-check";
import { expect, test } from "vitest";
import { roleIn } from "./certificate-role.ts";

const element = (tag: number, ...contents: readonly Buffer[]): Buffer => {
  const content = Buffer.concat(contents);
  const length = content.length < 0x80 ? [content.length] : [0x82, content.length >> 8, content.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
};
const role = (name: string): Buffer =>
  element(
    0x30,
    element(0x06, Buffer.from("2b0601040183890c862201", "hex")),
    element(0x04, element(0x0c, Buffer.from(name))),
  );
const certificate = (...extensions: readonly Buffer[]): Buffer =>
  element(0x30, element(0x30, element(0x02, Buffer.alloc(200)), element(0xa3, element(0x30, ...extensions))));

test("the role of a certificate is its one role extension, in UTF-8", () => {
  expect(roleIn(certificate(role("opérateur")))).toBe("opérateur");
  expect(roleIn(certificate())).toBeNull();
  expect(roleIn(certificate(role("operator"), role("engineer")))).toBeNull();
});

test("whatever a certificate holds, looking for its role does no harm", () => {
  const good = certificate(role("operator"));
  fc.assert(
    fc.property(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length), (at, byte, end) => {
      const bytes = Buffer.from(good);
      bytes[at] = byte;
      for (const mutant of [bytes, bytes.subarray(0, end)]) expect([null, "string"]).toContain(typeOf(roleIn(mutant)));
    }),
  );
});

const typeOf = (role: string | null): string | null => (role === null ? null : typeof role);
