/** The bodies of QUEUE_SEND and QUEUE_RECEIVE (ARINC 653 P1 §3.6.2.2, by the registers of partitions/sdk/partita.h). */
import { Builder } from "../ir/builder.ts";
import { type Address, constant, type IrFunction, type Operand, type Register } from "../ir/ir.ts";
import { type PortType, QUEUE_RECEIVE, QUEUE_SEND } from "../semantics/types.ts";
import { COMMANDS, DEVICE, NOT_AVAILABLE } from "./partita-device.ts";

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
  const done = field(port === QUEUE_SEND ? "DONE" : "NDR");
  const [command, leave] = [builder.newBlock(), builder.newBlock()];
  const wanted = builder.load("u8", field(port.fields[0]!.key));
  builder.store("u8", constant(0), done);
  builder.store("u8", constant(0), field("ERROR"));
  if (port === QUEUE_SEND) {
    const before = builder.load("u8", field("LAST_REQUEST"));
    builder.store("u8", wanted, field("LAST_REQUEST"));
    const rising = builder.newBlock();
    builder.branch("ne", before, constant(0), leave, rising, rising);
  }
  builder.branch("ne", wanted, constant(0), command, leave, command);
  const status = runCommand(builder, port, builder.load("w32", field("PORT")), message, bytes);
  builder.store("u16", status, field("STATUS"));
  builder.store("u8", builder.unary("isZero", status), done);
  const failed = builder.unary("isNotZero", status);
  const isEmpty = builder.unary("isZero", builder.binary("xor", status, constant(NOT_AVAILABLE)));
  // An empty queue is no error of the receiver.
  const error =
    port === QUEUE_RECEIVE ? builder.binary("and", failed, builder.binary("xor", isEmpty, constant(1))) : failed;
  builder.store("u8", error, field("ERROR"));
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
