import { readFile } from "node:fs/promises";

// Top-level await: the module is loaded when this file has been read.
const source = await readFile(new URL(import.meta.url), "utf8");

export const handler = async (event) => {
  console.log("order received");
  if (event.fail !== undefined) throw new TypeError(event.fail);
  return { ok: true, length: source.length > 0 };
};
