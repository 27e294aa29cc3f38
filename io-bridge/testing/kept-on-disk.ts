/** What a buffer's folder holds, seen from outside: of a module that was killed, or that has told everything. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readRecord } from "../store/record.ts";

const isSegment = (name: string): boolean => name.endsWith(".segment");

export const isEmptied = (folder: string): boolean => !readdirSync(folder).some(isSegment);

/** The payloads that a killed module has left in a buffer's folder, delivered or not, from JSON. */
export const payloadsOnDisk = (folder: string): readonly unknown[] =>
  readdirSync(folder)
    .filter(isSegment)
    .flatMap((name) => {
      const bytes = readFileSync(join(folder, name));
      const payloads: unknown[] = [];
      for (let read = readRecord(bytes, 0); read !== "end"; read = readRecord(bytes, read.next)) {
        if (read.payload !== null) payloads.push(JSON.parse(String(read.payload)));
      }
      return payloads;
    });
