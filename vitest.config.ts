import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{runtime,partitions,io-bridge,hil-tests}/**/*.test.ts"],
    exclude: ["dist/**", "node_modules/**", "**/*.kernel.test.ts"],
    pool: "forks",
    maxWorkers: "100%",
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
