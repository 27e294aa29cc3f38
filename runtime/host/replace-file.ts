/** Replaces a file as a whole: whoever loses power in between finds the old one or the new one. */
import { open, rename } from "node:fs/promises";

export const replaceFile = async (file: string, bytes: Uint8Array): Promise<void> => {
  const fresh = `${file}.new`;
  const handle = await open(fresh, "w");
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(fresh, file);
};
