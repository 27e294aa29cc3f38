import RigReporter from "partita/rig/reporter";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { reporters: ["default", new RigReporter({ title: "starter", requirements: "requirements.yaml" })] },
});
