import { defineConfig } from "vitest/config";

const REQUIREMENTS = "hil-tests/waterworks/requirements.yaml";

export default defineConfig({
  test: {
    include: ["{runtime,partitions,io-bridge,hil-tests}/**/*.test.ts"],
    exclude: ["dist/**", "node_modules/**", "**/*.kernel.test.ts"],
    pool: "forks",
    maxWorkers: "100%",
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ["default", ["./hil-tests/rig/reporter.ts", { title: "Partita", requirements: REQUIREMENTS }]],
  },
});
