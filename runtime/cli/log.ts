/** The log: pino, JSON lines where a program reads them, pretty where a person does. */
import { type DestinationStream, type Logger, pino } from "pino";
import pretty from "pino-pretty";
import type { CliEnvironment } from "./environment.ts";

export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;

export const createLog = (level: string, environment: CliEnvironment): Logger => {
  const readable: DestinationStream = environment.color
    ? pretty({
        colorize: true,
        singleLine: true,
        ignore: "pid,hostname",
        translateTime: "SYS:HH:MM:ss.l",
        destination: environment.stdout,
      })
    : environment.stdout;
  return pino({ level, base: null }, readable);
};
