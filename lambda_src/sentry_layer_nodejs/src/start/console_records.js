/** The function's console: breadcrumbs, and events from console.error where that was asked for. */

import { format, inspect } from "node:util";
import { kindOfError } from "./floods.js";
import { sayProblem } from "./notice.js";
import { beginningOf } from "./texts.js";

const LEVELS = { debug: "debug", log: "info", info: "info", warn: "warning", error: "error" };
const MAX_MESSAGE_LENGTH = 2000;

// Deep or large values cost the function time; a breadcrumb shows their beginning.
const SHALLOW = { depth: 1, maxArrayLength: 10, maxStringLength: 500, breakLength: Number.POSITIVE_INFINITY };

/**
 * Sees what the function prints from here on, after it was printed. Called when the runtime has put its own functions
 * into console and before the function's code is loaded.
 *
 * @param monitor notes what is seen.
 * @param errorsAreEvents whether console.error makes an event.
 */
export function followConsole(monitor, errorsAreEvents) {
  for (const [method, level] of Object.entries(LEVELS)) {
    const print = console[method];
    if (typeof print !== "function") continue;
    console[method] = (...values) => {
      const printed = print.apply(console, values);
      try {
        const invocation = monitor.current();
        if (level === "error" && errorsAreEvents) noteError(monitor, invocation, values);
        invocation.addBreadcrumb({
          type: "default",
          category: "console",
          level,
          message: messageOf(values),
          timestamp: Date.now() / 1000,
        });
      } catch (problem) {
        sayProblem("console", "a line of the console is not kept", problem);
      }
      return printed;
    };
  }
}

function noteError(monitor, invocation, values) {
  const error = values.find((value) => value instanceof Error);
  if (error !== undefined) {
    monitor.note(invocation, { what: error, mechanism: "console", handled: true, kind: kindOfError(error) });
  } else {
    const message = messageOf(values);
    monitor.note(invocation, { message, mechanism: "console", handled: true, kind: `console ${message}` });
  }
}

function messageOf(values) {
  // Text now: the function goes on and changes its objects.
  const texts = values.map((value) => (Object(value) === value ? inspect(value, SHALLOW) : value));
  return beginningOf(format(...texts), MAX_MESSAGE_LENGTH);
}
