/**
 * The end of the process: what is to be reported then is sent by another thread while the exit waits for it, because
 * the event loop does not turn any more. Nothing else about the end changes: what is printed, posted and the exit code.
 */

import { join } from "node:path";
import { sayProblem } from "./notice.js";
import { invocationAsData } from "./transfer.js";

/** Notes uncaught errors, and sends what has not been sent when the process exits. */
export function followEndOfProcess(monitor, settings) {
  process.on("uncaughtExceptionMonitor", (error, origin) => {
    const mechanism = origin === "unhandledRejection" ? "onunhandledrejection" : "onuncaughtexception";
    monitor.uncaught(error, mechanism);
  });
  process.on("exit", () => {
    try {
      sendWhileExiting(monitor, settings);
    } catch (problem) {
      sayProblem("exit", "an event is lost, it could not be sent at exit", problem);
    }
  });
}

/**
 * Notes rejections that nobody handles. Only where the runtime listens for them, too: a first listener would keep
 * Node.js from ending the process.
 */
export function followRejections(monitor) {
  if (process.listenerCount("unhandledRejection") === 0) return;
  process.prependListener("unhandledRejection", (reason) => {
    monitor.uncaught(reason, "onunhandledrejection");
  });
}

function sendWhileExiting(monitor, settings) {
  const unsent = monitor.takeUnsent();
  const budgetMs = Math.min(...unsent.map((invocation) => monitor.budgetMs(invocation)));
  if (unsent.length === 0 || budgetMs <= 0) return;
  const { Worker } = require("node:worker_threads");
  const isDone = new Int32Array(new SharedArrayBuffer(4));
  const workerData = { settings, budgetMs, isDone, invocations: unsent.map(invocationAsData) };
  new Worker(join(__dirname, "exit.js"), { workerData, execArgv: [], env: settings.environment, stderr: false });
  Atomics.wait(isDone, 0, 0, budgetMs);
}
