/** All rules, in no order that matters: problems are sorted by where they are. */

import { afterOtherPeriod } from "./after-other-period.ts";
import { bufferShared } from "./buffer-shared.ts";
import { bufferTooSmall } from "./buffer-too-small.ts";
import { certificateWithoutKey } from "./certificate-without-key.ts";
import { channelDirection } from "./channel-direction.ts";
import { channelType } from "./channel-type.ts";
import { clockTooSlow } from "./clock-too-slow.ts";
import { cloneName } from "./clone-name.ts";
import { commandNotInput } from "./command-not-input.ts";
import { deadlineNotMet } from "./deadline-not-met.ts";
import { deadlineOutOfRange } from "./deadline-out-of-range.ts";
import { duplicateName } from "./duplicate-name.ts";
import { duplicatePoint } from "./duplicate-point.ts";
import { entryWithoutSwitch } from "./entry-without-switch.ts";
import { failSafeOfInput } from "./fail-safe-of-input.ts";
import { hartOutOfRange } from "./hart-out-of-range.ts";
import { healthChannel } from "./health-channel.ts";
import { healthPair } from "./health-pair.ts";
import { healthSchedule } from "./health-schedule.ts";
import { imageTooLarge } from "./image-too-large.ts";
import { inputTwoSources } from "./input-two-sources.ts";
import { inputWithoutSource } from "./input-without-source.ts";
import { jitterExceeded } from "./jitter-exceeded.ts";
import { librariesWithoutProgram } from "./libraries-without-program.ts";
import { listenNotLoopback } from "./listen-not-loopback.ts";
import { listenersClash } from "./listeners-clash.ts";
import { memoryNotPages } from "./memory-not-pages.ts";
import { messageSize } from "./message-size.ts";
import { modbusAccess } from "./modbus-access.ts";
import { modbusAddressRange } from "./modbus-address-range.ts";
import { modbusArea } from "./modbus-area.ts";
import { modbusBit } from "./modbus-bit.ts";
import { modbusOverlap } from "./modbus-overlap.ts";
import { modbusReadLimit } from "./modbus-read-limit.ts";
import { modbusScaleZero } from "./modbus-scale-zero.ts";
import { modbusSerialUnit } from "./modbus-serial-unit.ts";
import { modbusText } from "./modbus-text.ts";
import { modbusTransport } from "./modbus-transport.ts";
import { modbusUnit } from "./modbus-unit.ts";
import { modbusWriteSingle } from "./modbus-write-single.ts";
import { mqttBrokerAccess } from "./mqtt-broker-access.ts";
import { mqttBrokerAddress } from "./mqtt-broker-address.ts";
import { networkMalformed } from "./network-malformed.ts";
import { noRoomForBootArguments } from "./no-room-for-boot-arguments.ts";
import { notOnRequiredHart } from "./not-on-required-hart.ts";
import { onBadOfOutput } from "./on-bad-of-output.ts";
import { orderNotKept } from "./order-not-kept.ts";
import { otherwiseUnused } from "./otherwise-unused.ts";
import { partitionOnTwoHarts } from "./partition-on-two-harts.ts";
import { partitionWithoutSlot } from "./partition-without-slot.ts";
import { pointDeclaration } from "./point-declaration.ts";
import { pointOutsideMemory } from "./point-outside-memory.ts";
import { pointsOverlap } from "./points-overlap.ts";
import { pointsTooLarge } from "./points-too-large.ts";
import { portDeclaration } from "./port-declaration.ts";
import { portTwoChannels } from "./port-two-channels.ts";
import { portUnconnected } from "./port-unconnected.ts";
import { programLatchesItself } from "./program-latches-itself.ts";
import { programOrImage } from "./program-or-image.ts";
import { quantityNotWhole } from "./quantity-not-whole.ts";
import { quantityTooLarge } from "./quantity-too-large.ts";
import { quantityZero } from "./quantity-zero.ts";
import { rangeReversed } from "./range-reversed.ts";
import { requiresNotMet } from "./requires-not-met.ts";
import { restartBudgetUnused } from "./restart-budget-unused.ts";
import type { Rule } from "./rule.ts";
import { secretSource } from "./secret-source.ts";
import { slotBeyondFrame } from "./slot-beyond-frame.ts";
import { slotsOverlap } from "./slots-overlap.ts";
import { sparkplugIdsAlike } from "./sparkplug-ids-alike.ts";
import { symbolMissing } from "./symbol-missing.ts";
import { symbolTooSmall } from "./symbol-too-small.ts";
import { taskNotServed } from "./task-not-served.ts";
import { unknownHealthTable } from "./unknown-health-table.ts";
import { unknownPartition } from "./unknown-partition.ts";
import { unknownPoint } from "./unknown-point.ts";
import { unknownPollGroup } from "./unknown-poll-group.ts";
import { unknownPort } from "./unknown-port.ts";
import { validityOf } from "./validity-of.ts";
import { valueNotOfType } from "./value-not-of-type.ts";
import { watchdogTooShort } from "./watchdog-too-short.ts";
import { writeVerifyOfInput } from "./write-verify-of-input.ts";

export const RULES: readonly Rule[] = [
  channelDirection,
  channelType,
  clockTooSlow,
  cloneName,
  commandNotInput,
  duplicateName,
  duplicatePoint,
  entryWithoutSwitch,
  failSafeOfInput,
  hartOutOfRange,
  healthChannel,
  healthPair,
  healthSchedule,
  imageTooLarge,
  inputTwoSources,
  inputWithoutSource,
  librariesWithoutProgram,
  listenNotLoopback,
  listenersClash,
  memoryNotPages,
  messageSize,
  modbusAccess,
  modbusAddressRange,
  modbusArea,
  modbusBit,
  modbusOverlap,
  modbusReadLimit,
  modbusScaleZero,
  modbusText,
  modbusTransport,
  modbusUnit,
  bufferShared,
  bufferTooSmall,
  mqttBrokerAccess,
  modbusSerialUnit,
  modbusWriteSingle,
  mqttBrokerAddress,
  certificateWithoutKey,
  secretSource,
  networkMalformed,
  noRoomForBootArguments,
  onBadOfOutput,
  otherwiseUnused,
  partitionOnTwoHarts,
  partitionWithoutSlot,
  pointDeclaration,
  pointsOverlap,
  pointsTooLarge,
  portDeclaration,
  portTwoChannels,
  portUnconnected,
  programLatchesItself,
  programOrImage,
  quantityNotWhole,
  quantityTooLarge,
  quantityZero,
  rangeReversed,
  deadlineNotMet,
  jitterExceeded,
  orderNotKept,
  notOnRequiredHart,
  deadlineOutOfRange,
  afterOtherPeriod,
  requiresNotMet,
  restartBudgetUnused,
  slotBeyondFrame,
  slotsOverlap,
  sparkplugIdsAlike,
  symbolMissing,
  pointOutsideMemory,
  symbolTooSmall,
  taskNotServed,
  unknownHealthTable,
  unknownPartition,
  unknownPoint,
  unknownPollGroup,
  unknownPort,
  validityOf,
  valueNotOfType,
  watchdogTooShort,
  writeVerifyOfInput,
];
