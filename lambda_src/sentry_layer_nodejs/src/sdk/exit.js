/** A worker thread's main module: reports what the exiting main thread could not. */

import { join } from "node:path";
import { workerData } from "node:worker_threads";
import { invocationFromData } from "../start/transfer.js";

const { settings, budgetMs, isDone } = workerData;

async function send() {
  try {
    const { start } = require(join(__dirname, "sdk.js"));
    const invocations = workerData.invocations.map(invocationFromData);
    // Floods were counted in the main thread; the spans of a process that ends are lost.
    const sdk = start({ ...settings, tracesSampleRate: undefined }, { current: () => invocations[0], admit: () => 0 });
    await sdk.report(invocations, budgetMs);
  } finally {
    Atomics.store(isDone, 0, 1);
    Atomics.notify(isDone, 0);
  }
}

send();
