/** The runtime that hosts the function, and how the layer gets between it and the function's handler. */

import Module from "node:module";
import { join, resolve } from "node:path";
import { sayOnce } from "./notice.js";

/** A module of the layer that loads the function's and exports a handler; ES modules alone can wait for a load. */
const ENTRY = join(__dirname, "entry");
const ENTRY_HANDLER = `${ENTRY}.handler`;
const INITIAL_HANDLER = "SENTRY_INITIAL_HANDLER";
const OWN_REQUIRE = /\s*(-r|--require)[ =]cdk_sentry_layer(?=\s|$)/g;

/**
 * Has the host load the layer's entry module in place of the function's.
 *
 * @returns whether this process is one that will load a handler.
 */
export function redirectHandler() {
  const { _HANDLER: handler, [INITIAL_HANDLER]: initial } = process.env;
  if (handler === ENTRY_HANDLER) {
    // A worker thread of a multi-concurrent environment: its parent was redirected.
    leaveNoTrace();
    return true;
  }
  if (handler) {
    process.env[INITIAL_HANDLER] = handler;
    process.env._HANDLER = ENTRY_HANDLER;
    // Before version 4 of the runtime client, container images name the handler on the command line.
    const at = process.argv.indexOf(handler, 2);
    if (at > 0) process.argv[at] = ENTRY_HANDLER;
    if (process.env.AWS_LAMBDA_MAX_CONCURRENCY === undefined) leaveNoTrace();
    return true;
  }
  return Boolean(initial && process.env.LAMBDA_TASK_ROOT && redirectRequire(initial));
}

/** The function's own handler string. */
export function initialHandler() {
  const handler = process.env[INITIAL_HANDLER];
  if (process.env._HANDLER !== undefined) process.env._HANDLER = handler;
  return handler;
}

/** What the function starts in turn runs without the layer. */
function leaveNoTrace() {
  const options = (process.env.NODE_OPTIONS ?? "").replace(OWN_REQUIRE, "").trim();
  if (options) process.env.NODE_OPTIONS = options;
  else delete process.env.NODE_OPTIONS;
}

/** A host without `_HANDLER` (emulators): it resolves the function's module by its path. */
function redirectRequire(handler) {
  const path = resolve(process.env.LAMBDA_TASK_ROOT, handler.slice(0, handler.lastIndexOf(".")));
  const resolveFilename = Module._resolveFilename;
  if (typeof resolveFilename !== "function") {
    sayOnce("host", "nothing is reported, this host's modules cannot be followed");
    return false;
  }
  Module._resolveFilename = function redirected(request, ...rest) {
    if (request !== path) return resolveFilename.call(this, request, ...rest);
    Module._resolveFilename = resolveFilename;
    return `${ENTRY}.mjs`;
  };
  leaveNoTrace();
  return true;
}
