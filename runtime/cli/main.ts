#!/usr/bin/env node
/** The `partita` command. While it is loaded, so is the thread that compiles for a guest that is to be executed at once. */
import { compiler } from "../host/worker-compiler.ts";

const [verb, ...rest] = process.argv.slice(2);
if (verb === "exec" && !rest.some((argument) => argument.endsWith("interpreter"))) compiler.prepare();

await import("./command.ts");
