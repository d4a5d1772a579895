/** What goes wrong in the kit itself: one line in the function's log, once per environment. */

import { writeSync } from "node:fs";

const said = new Set();

/**
 * Writes one line to standard error, unless something was said about `topic` before.
 *
 * Not through console: the function may have its own, and what it prints there becomes a breadcrumb.
 */
export function sayOnce(topic, message) {
  if (said.has(topic)) return;
  said.add(topic);
  try {
    writeSync(2, `cdk-sentry: ${message.replace(/\s+/g, " ")}\n`);
  } catch {
    // Nobody listens to standard error.
  }
}

/** Says once that something of the kit's own failed. */
export function sayProblem(topic, consequence, problem) {
  sayOnce(topic, `${consequence}: ${problem?.name ?? "Error"}: ${problem?.message ?? problem}`);
}
