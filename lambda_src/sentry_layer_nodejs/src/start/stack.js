/** Stack traces as they would be without the layer. */

const OWN = `${__dirname}/`;
const FRAME = /^\s+at /;

/**
 * Removes the layer's own frames from an error's stack trace, in place, and those beyond that it made room for.
 *
 * @param room how many frames it had made room for when the error may have been made.
 * @returns the error, or whatever was thrown.
 */
export function withoutOwnFrames(error, room) {
  try {
    const stack = error?.stack;
    if (typeof stack !== "string") return error;
    const lines = stack.split("\n");
    const isOwn = lines.map((line) => FRAME.test(line) && line.includes(OWN));
    const shown = lines.filter((line, at) => !(isOwn[at] || isBetweenOwn(line, isOwn, at)));
    const frames = shown.filter((line) => FRAME.test(line)).length;
    const surplus = frames - Error.stackTraceLimit;
    if (surplus > 0 && surplus <= room) shown.splice(-surplus);
    if (shown.length < lines.length) error.stack = shown.join("\n");
  } catch {
    // A frozen error, or a getter that throws: then it stays as it is.
  }
  return error;
}

// AsyncLocalStorage.run and the like, called by the layer to call the layer.
function isBetweenOwn(line, isOwn, at) {
  return line.includes("(node:") && isOwn[at - 1] && isOwn[at + 1];
}

/** Frames of the layer between the runtime and the handler: one, or those of an asynchronous context as well. */
export const PLAIN_FRAMES = 1;
export const CONTEXT_FRAMES = 20;

/**
 * Makes room for the layer's frames, so that a stack trace without them is as long as it would be.
 *
 * @returns what ends it again; to be called before anything else runs.
 */
export function makeRoomForFrames(count) {
  const limit = Error.stackTraceLimit;
  const raised = limit + count;
  return setLimit(limit, raised) ? () => setLimit(raised, limit) : () => undefined;
}

/** Whether the limit was what was expected, and could be changed: it is the function's, which may have frozen it. */
function setLimit(expected, limit) {
  if (typeof expected !== "number" || Error.stackTraceLimit !== expected) return false;
  return Reflect.set(Error, "stackTraceLimit", limit);
}
