/** What a System says of an edge node of Sparkplug B (specification 3.0.0 §1.5): who it is, its servers, its metrics. */
import type { BrokerAddress, DiskBuffer, MqttPublication } from "./mqtt-link.ts";
import type { PointRef } from "./system.ts";

export interface SparkplugNode {
  readonly name: string;
  /** One or more; it is connected to one at a time. */
  readonly servers: readonly BrokerAddress[];
  readonly groupId: string;
  readonly edgeNodeId: string;
  /** While this host application is offline nothing is sent; null: it is not asked for. */
  readonly primaryHostId: string | null;
  /** Data carry a metric's number in place of its name. */
  readonly useAliases: boolean;
  /** null: what is reported while nothing can be sent is lost, but for the latest. */
  readonly buffer: DiskBuffer | null;
  /** Metrics of the devices that their partitions are. */
  readonly publications: readonly MqttPublication[];
  /** Those of them that a DCMD may write. */
  readonly commands: readonly PointRef[];
}
