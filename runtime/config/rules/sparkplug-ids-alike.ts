/** Whoever compares Sparkplug ids and names without regard to case would take one for another (specification 3.0.0 §5.2). */

import type { SparkplugNodeConfig } from "../module-config.generated.ts";
import { named, type Partly } from "../partly.ts";
import type { Rule } from "./rule.ts";

export const sparkplugIdsAlike: Rule = {
  code: "sparkplug-ids-alike",
  description: "Edge nodes, their devices and a device's metrics differ by more than upper and lower case.",
  *check({ config, places }) {
    const nodes = new Map<string, string>();
    for (const node of config.io.sparkplug) {
      const { name, groupId, edgeNodeId = config.module } = node;
      if (groupId === null || edgeNodeId === null) continue;
      const descriptor = `${groupId}/${edgeNodeId}`;
      const other = nodes.get(descriptor.toLowerCase());
      if (other === undefined) nodes.set(descriptor.toLowerCase(), named("node", name));
      else {
        const message = `${descriptor} is the edge node of ${other} already`;
        const key = node.edgeNodeId === undefined ? "groupId" : "edgeNodeId";
        yield { at: places.ofKey(node, key), message, hint: "give each a groupId or an edgeNodeId of its own" };
      }
    }
    for (const node of config.io.sparkplug) {
      const known = new Map<string, string>();
      for (const { text, at } of metricsOf(node)) {
        const [device = "", metric = ""] = text.split(".");
        for (const id of [device, `${device}.${metric}`]) {
          const other = known.get(id.toLowerCase()) ?? id;
          known.set(id.toLowerCase(), other);
          if (other === id || (id !== device && known.get(device.toLowerCase()) !== device)) continue;
          yield { at: at(), message: `${id} and ${other} differ in case only`, hint: "give one of them another name" };
        }
      }
    }

    function* metricsOf({ publish, commands }: Partly<SparkplugNodeConfig>) {
      for (const metric of publish) {
        if (metric.point !== null) yield { text: metric.point, at: () => places.of(metric, "point") };
      }
      for (const [index, text] of commands.entries()) {
        if (text !== null) yield { text, at: () => places.of(commands, index) };
      }
    }
  },
};
