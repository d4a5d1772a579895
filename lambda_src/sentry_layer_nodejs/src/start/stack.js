/** Stack traces as they would be without the layer. */

const OWN = `${__dirname}/`;
const FRAME = /^\s+at /;

/**
 * Removes the layer's own frames from an error's stack trace, in place.
 *
 * @returns the error, or whatever was thrown.
 */
export function withoutOwnFrames(error) {
  try {
    const stack = error?.stack;
    if (typeof stack !== "string" || !stack.includes(OWN)) return error;
    const lines = stack.split("\n");
    const isOwn = lines.map((line) => FRAME.test(line) && line.includes(OWN));
    error.stack = lines.filter((line, at) => !(isOwn[at] || isBetweenOwn(line, isOwn, at))).join("\n");
  } catch {
    // A frozen error, or a getter that throws: then it stays as it is.
  }
  return error;
}

// AsyncLocalStorage.run and the like, called by the layer to call the layer.
function isBetweenOwn(line, isOwn, at) {
  return line.includes("(node:") && isOwn[at - 1] && isOwn[at + 1];
}
