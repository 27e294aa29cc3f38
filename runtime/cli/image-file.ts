/** Reads an image for a verb, or says in words why it cannot be used. */
import { readFile } from "node:fs/promises";
import { type GuestImage, type ImageFacts, inspectImage, parseImage } from "../board/index.ts";
import { UserError } from "./environment.ts";

/** @throws UserError when the file is not there, or is no image. */
export const readImage = async (file: string): Promise<{ readonly image: GuestImage; readonly facts: ImageFacts }> => {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    const reason = error.code === "ENOENT" ? "there is no such file" : error.message;
    throw new UserError(`${file} cannot be read: ${reason}`);
  });
  const image = parseImage(bytes);
  if ("problem" in image) throw new UserError(`${file} cannot be loaded: ${image.problem}`);
  const facts = inspectImage(bytes);
  if ("problem" in facts) throw new UserError(`${file} cannot be loaded: ${facts.problem}`);
  return { image, facts };
};
