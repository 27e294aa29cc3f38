/** Sparkplug's topics (specification 3.0.0 §4): which there are of an edge node, its devices and a host application. */

const NAMESPACE = "spBv1.0";

export type NodeMessage = "NBIRTH" | "NDATA" | "NDEATH" | "NCMD";
export type DeviceMessage = "DBIRTH" | "DDATA" | "DDEATH" | "DCMD";

export class NodeTopics {
  readonly #groupId: string;
  readonly #edgeNodeId: string;

  constructor({ groupId, edgeNodeId }: { readonly groupId: string; readonly edgeNodeId: string }) {
    this.#groupId = groupId;
    this.#edgeNodeId = edgeNodeId;
  }

  node(type: NodeMessage): string {
    return `${NAMESPACE}/${this.#groupId}/${type}/${this.#edgeNodeId}`;
  }

  device(type: DeviceMessage, deviceId: string): string {
    return `${NAMESPACE}/${this.#groupId}/${type}/${this.#edgeNodeId}/${deviceId}`;
  }

  /** The device that a DCMD is for; null: it is none. */
  commanded(topic: string): string | null {
    const prefix = this.device("DCMD", "");
    return topic.startsWith(prefix) ? topic.slice(prefix.length) : null;
  }
}

export const stateTopic = (hostId: string): string => `${NAMESPACE}/STATE/${hostId}`;
