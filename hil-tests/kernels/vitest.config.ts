/** `npm run test:kernels`: what takes minutes to build, and so is no part of the everyday tests. */
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const MINUTES = 60_000;

export default defineConfig({
  test: {
    root: ROOT,
    include: ["hil-tests/kernels/**/*.kernel.test.ts"],
    pool: "forks",
    testTimeout: 5 * MINUTES,
    hookTimeout: 30 * MINUTES,
  },
});
