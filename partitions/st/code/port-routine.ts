/** The bodies of the port types (ARINC 653 P1 §3.6.1.2, §3.6.2.2, by the registers of partitions/sdk/partita.h). */
import { Builder } from "../ir/builder.ts";
import { type Address, constant, type IrFunction, type Operand, type Register } from "../ir/ir.ts";
import { sends } from "../semantics/port-types.ts";
import type { PortType } from "../semantics/types.ts";
import { COMMANDS, DEVICE, NO_ACTION, NOT_AVAILABLE } from "./partita-device.ts";

/** The library's function for the age of the message that was read last. */
export const MESSAGE_AGE = "PARTITA_MESSAGE_AGE";

const device = (offset: number): Address => ({ base: { kind: "device" }, offset });

/** A function of (instance, message, bytes of the message). `name`: its symbol. */
export const portRoutine = (port: PortType, name: string): IrFunction => {
  const builder = new Builder(name);
  const instance = builder.parameter("integer");
  const message = builder.parameter("integer");
  const bytes = builder.parameter("integer");
  const field = (key: string): Address => ({
    base: { kind: "register", register: instance },
    offset: port.fields.find((each) => each.key === key)!.offset,
  });
  const done = field(sends(port) ? "DONE" : "NDR");
  const [command, leave] = [builder.newBlock(), builder.newBlock()];
  const wanted = builder.load("u8", field(port.fields[0]!.key));
  builder.store("u8", constant(0), done);
  builder.store("u8", constant(0), field("ERROR"));
  if (port.name === "QUEUE_SEND") {
    const before = builder.load("u8", field("LAST_REQUEST"));
    builder.store("u8", wanted, field("LAST_REQUEST"));
    const rising = builder.newBlock();
    builder.branch("ne", before, constant(0), leave, rising, rising);
  }
  builder.branch("ne", wanted, constant(0), command, leave, command);
  const status = runCommand(builder, port, builder.load("w32", field("PORT")), message, bytes);
  builder.store("u16", status, field("STATUS"));
  builder.store("u8", builder.unary("isZero", status), done);
  builder.store("u8", isFailure(builder, port, status), field("ERROR"));
  if (port.name === "SAMPLING_RECEIVE") tellAge(builder, field("AGE"), field("VALID"));
  builder.jump(leave);
  return builder.finish({ kind: "return", value: null, bank: "integer" });
};

const runCommand = (builder: Builder, port: PortType, index: Operand, message: Register, bytes: Register): Register => {
  builder.store("w32", index, device(DEVICE.select));
  builder.store("w32", message, device(DEVICE.buffer));
  builder.store("w32", bytes, device(DEVICE.length));
  builder.store("w32", constant(COMMANDS[port.name]), device(DEVICE.command));
  return builder.load("w32", device(DEVICE.status));
};

/** That there is no message is no error of the receiver. */
const isFailure = (builder: Builder, port: PortType, status: Register): Operand => {
  const failed = builder.unary("isNotZero", status);
  if (sends(port)) return failed;
  const nothing = port.name === "QUEUE_RECEIVE" ? NOT_AVAILABLE : NO_ACTION;
  return builder.binary("and", failed, builder.unary("isNotZero", builder.binary("xor", status, constant(nothing))));
};

const tellAge = (builder: Builder, age: Address, valid: Address): void => {
  builder.store("u8", builder.load("w32", device(DEVICE.validity)), valid);
  const result = builder.register("long");
  builder.emit({ kind: "call", target: MESSAGE_AGE, arguments: [], banks: [], result });
  builder.store("w64", result, age);
};
