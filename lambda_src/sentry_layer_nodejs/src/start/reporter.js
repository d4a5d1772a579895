/** Loads the SDK when there is something to say, and bounds the time that reporting takes. */

import { join } from "node:path";
import { clearTimeout, setTimeout } from "node:timers";
import { sayProblem } from "./notice.js";
import { sdkOfFunction } from "./own_sdk.js";

/** Waited for while an earlier report is overdue: whatever holds it up would hold up each invocation. */
const BEHIND_BUDGET_MS = 50;

const MAX_INVOCATIONS = 100;

export class Reporter {
  #settings;
  #hooks;
  #sdk;
  #overdue;
  #unsent = new Set();

  constructor(settings, hooks) {
    this.#settings = settings;
    this.#hooks = hooks;
    if (settings.tracesSampleRate !== undefined) this.#load();
  }

  #load() {
    this.#sdk ??= require(join(__dirname, "sdk.js")).start(this.#settings, this.#hooks);
    return this.#sdk;
  }

  /** Whether reporting these would do anything; costs next to nothing when not. */
  hasSomethingToSay(invocations) {
    return (
      invocations.some(({ news, transaction }) => news.length > 0 || transaction !== undefined) ||
      sdkOfFunction() !== undefined
    );
  }

  /** Events that the function's own SDK captures are completed from here on. */
  adoptSdkOfFunction() {
    const own = sdkOfFunction();
    if (own !== undefined) this.#load().adopt(own.client);
  }

  startTransaction(invocation) {
    if (sdkOfFunction() === undefined) this.#load().startTransaction(invocation);
  }

  runInTransaction(invocation, handle) {
    return this.#load().runInTransaction(invocation, handle);
  }

  /**
   * Reports, for at most `budgetMs`. What is not done then goes on in the next invocation.
   *
   * @returns a promise that never rejects.
   */
  report(invocations, budgetMs) {
    if (this.#unsent.size >= MAX_INVOCATIONS) {
      sayProblem("reports", "further reports are dropped", new Error(`${MAX_INVOCATIONS} wait for Sentry already`));
      return Promise.resolve();
    }
    for (const invocation of invocations) this.#unsent.add(invocation);
    const waitMs = this.#overdue === undefined ? budgetMs : Math.min(budgetMs, BEHIND_BUDGET_MS);
    const work = this.#work(invocations);
    return new Promise((resolve) => {
      const timer = setTimeout(
        () => {
          this.#overdue = work;
          // A callback-style handler answers when the event loop is empty: it must not wait for this.
          this.#sdk?.letGo();
          resolve();
        },
        Math.max(waitMs, 0),
      );
      work.then(() => {
        clearTimeout(timer);
        if (this.#overdue === work) this.#overdue = undefined;
        resolve();
      });
    });
  }

  /** These, and those that were not sent in time. */
  withUnsent(invocations) {
    return [...new Set([...invocations, ...this.#unsent])];
  }

  async #work(invocations) {
    try {
      const sdk = this.#load();
      sdk.hold();
      await sdk.report(invocations, this.#settings.flushTimeoutMs);
    } catch (problem) {
      sayProblem("report", "an event is lost, reporting failed", problem);
    } finally {
      for (const invocation of invocations) this.#unsent.delete(invocation);
    }
  }
}
