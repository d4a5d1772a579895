/**
 * Loaded by `node -r cdk_sentry_layer` before the runtime. All that is loaded here stays small: the SDK comes with the
 * first thing to report.
 */

import { followRuntimeClient } from "./after_response.js";
import { followConsole } from "./console_records.js";
import { followEndOfProcess, followRejections } from "./crash.js";
import { followHandler } from "./follow_handler.js";
import { initialHandler, redirectHandler } from "./host.js";
import * as loading from "./load_handler.js";
import { Monitor } from "./monitor.js";
import { sayProblem } from "./notice.js";
import { canReport, readSettings } from "./settings.js";
import { withoutOwnFrames } from "./stack.js";

let monitor;
let settings;

try {
  start();
} catch (problem) {
  sayProblem("start", "nothing is reported, monitoring did not start", problem);
}

function start() {
  settings = readSettings(process.env);
  // Where nothing can be reported, the function runs bare.
  if (!canReport(settings) || !redirectHandler()) return;
  monitor = new Monitor(settings);
  followRuntimeClient(monitor);
  followEndOfProcess(monitor, settings);
}

/** The function's handler, followed. For the entry module, which the runtime loads in place of the function's. */
export async function loadHandler() {
  try {
    followConsole(monitor, settings.consoleErrorEvents);
    followRejections(monitor);
  } catch (problem) {
    sayProblem("start", "the function's console is not followed", problem);
  }
  try {
    const own = await loading.loadHandler(initialHandler(), monitor.runtimeMain);
    monitor.moduleLoaded();
    return followHandler(own, monitor);
  } catch (error) {
    await monitor.initFailed(error);
    throw withoutOwnFrames(error, 0);
  }
}
