import { createRequire } from "node:module";

// Required, not imported: to import it, Node.js would start a parser of CommonJS that takes 10 MB.
const layer = createRequire(import.meta.url)("./index.js");

export const handler = await layer.loadHandler();
export default handler;
