/** Follows each invocation from its event to the time after its response, and decides what is reported when. */

import { dirname, join } from "node:path";
import { setTimeout } from "node:timers";
import { Floods, kindOfError } from "./floods.js";
import { Invocation, MAX_WAITING, News } from "./invocation.js";
import { sayProblem } from "./notice.js";
import { initialiseOwnSdk } from "./own_sdk.js";
import { Reporter } from "./reporter.js";
import { timeoutWarning, warningDelayMs } from "./timeouts.js";

/** Left unused before the function's timeout: AWS takes its time, too, to see that the runtime is done. */
const DEADLINE_MARGIN_MS = 200;

/** Of the init phase (docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html). */
const INIT_LIMIT_MS = 10_000;

/** The kit's view of the function. None of its methods throws, none of its promises rejects. */
export class Monitor {
  #settings;
  #floods;
  #reporter;
  #memoryMb;
  #init = new Invocation(undefined, undefined, true);
  #latest = this.#init;
  #inFlight = new Map();
  /** Ended, with something to report. */
  #waiting = [];
  #store;
  #reportsAfterResponse = false;
  #initHasFailed = false;

  /** The runtime's main module; undefined where the host is another. */
  runtimeMain = undefined;

  constructor(settings) {
    this.#settings = settings;
    this.#floods = new Floods(settings.maxIdenticalEventsPerMinute);
    this.#memoryMb = Number(settings.environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE) || 1024;
    this.#reporter = new Reporter(settings, {
      current: () => this.current(),
      admit: (kind) => this.#floods.admit(kind),
    });
    if (settings.environment.AWS_LAMBDA_MAX_CONCURRENCY !== undefined) {
      // Several invocations at a time (Lambda Managed Instances). Anywhere else it would cost for nothing.
      const { AsyncLocalStorage } = require("node:async_hooks");
      this.#store = new AsyncLocalStorage();
    }
  }

  /** The invocation that the running code belongs to; before the first one, that of init. */
  current() {
    return this.#store?.getStore() ?? this.#latest;
  }

  /** The function's module is loaded, and with it perhaps a Sentry SDK of its own. */
  moduleLoaded() {
    try {
      initialiseOwnSdk(this.#settings);
      this.#reporter.adoptSdkOfFunction();
    } catch (problem) {
      sayProblem("own-sdk", "events of the function's own Sentry SDK go without the kit's tags", problem);
    }
  }

  /** A new invocation, current from here on; undefined if it cannot be followed. */
  begin(event, context) {
    try {
      const coldStart = this.#latest === this.#init;
      const invocation = new Invocation(event, context, coldStart);
      if (coldStart) {
        // What was logged in init is reported with the first invocation.
        invocation.breadcrumbs = this.#init.breadcrumbs.splice(0);
        invocation.news = this.#init.news.splice(0);
      }
      this.#latest = invocation;
      this.#inFlight.set(invocation.requestId, invocation);
      if (this.#settings.timeoutWarning) this.#watch(invocation);
      if (this.#settings.tracesSampleRate !== undefined) this.#reporter.startTransaction(invocation);
      return invocation;
    } catch (problem) {
      sayProblem("begin", "an invocation is not followed", problem);
      return undefined;
    }
  }

  /** Whether `invocation` must be run by `run`. */
  hasContext(invocation) {
    return invocation !== undefined && (this.#store !== undefined || invocation.transaction !== undefined);
  }

  /** Runs `handle` in the asynchronous context of `invocation`. */
  run(invocation, handle) {
    const { transaction } = invocation;
    const traced = transaction === undefined ? handle : () => this.#reporter.runInTransaction(invocation, handle);
    return this.#store === undefined ? traced() : this.#store.run(invocation, traced);
  }

  /**
   * The handler is through.
   *
   * @returns undefined, or a promise to wait for before the response where nothing can be reported after it.
   */
  succeeded(invocation) {
    try {
      invocation?.end();
      return this.#reportsAfterResponse || invocation === undefined ? undefined : this.#settle(invocation);
    } catch (problem) {
      sayProblem("end", "an invocation is not reported", problem);
      return undefined;
    }
  }

  /** The handler failed with `error`. Returns as `succeeded` does. */
  failed(invocation, error) {
    try {
      if (invocation === undefined) return undefined;
      this.note(invocation, { what: error, mechanism: "aws_lambda", kind: kindOfError(error) });
      invocation.failed = true;
    } catch (problem) {
      sayProblem("end", "an invocation is not reported", problem);
    }
    return this.succeeded(invocation);
  }

  /** An error that nobody caught: the process may end. */
  uncaught(error, mechanism) {
    // The runtime wraps an error of init and throws it again.
    if (this.#initHasFailed) return;
    try {
      const invocation = this.current();
      this.note(invocation, { what: error, mechanism, kind: kindOfError(error) });
      invocation.failed = true;
    } catch (problem) {
      sayProblem("end", "an uncaught error is not reported", problem);
    }
  }

  /** The function's module could not be loaded. Reported at once: AWS ends the process after init/error. */
  async initFailed(error) {
    this.#initHasFailed = true;
    try {
      this.note(this.#init, { what: error, mechanism: "aws_lambda", kind: kindOfError(error) });
      await this.#report([this.#init]);
    } catch (problem) {
      sayProblem("end", "an error in init is not reported", problem);
    }
  }

  /** Keeps something for the report after the response, unless it was kept before or is one of too many. */
  note(invocation, { kind, ...details }) {
    if (details.what !== undefined && invocation.seen === details.what) return;
    const isUncaught = details.mechanism !== "console";
    const hasRoom = invocation.news.length < (isUncaught ? 2 * MAX_WAITING : MAX_WAITING);
    const heldBack = this.#floods.admit(kind, { isUncaught, hasRoom });
    // Held back for other kinds, it is still reported if it ends the handler.
    if (heldBack !== undefined || this.#floods.isOneTooMany(kind)) invocation.seen = details.what;
    if (heldBack !== undefined) invocation.news.push(new News(invocation, { ...details, heldBack }));
  }

  /** The runtime's client is there: reports go out between its posts and its polls. */
  loaded(addon) {
    // With it the client polls by HTTP, where nobody can wait.
    this.#reportsAfterResponse = this.#settings.environment.AWS_LAMBDA_NODEJS_USE_ALTERNATIVE_CLIENT_1 !== "true";
    this.runtimeMain = join(dirname(addon), "index.mjs");
  }

  /** The runtime has posted an answer. */
  posted(requestId, errorJson) {
    try {
      // None: the runtime failed before it called the handler, or `begin` did.
      const invocation = this.#inFlight.get(requestId) ?? this.#latest;
      if (errorJson !== undefined && !invocation.failed) this.#noteError(invocation, JSON.parse(errorJson));
      invocation.end();
      this.#waiting.push(invocation);
      this.#inFlight.delete(requestId);
      // Other invocations run meanwhile, or the poll is not seen: no time to wait in.
      if (this.#store !== undefined || !this.#reportsAfterResponse) this.beforeNext();
    } catch (problem) {
      sayProblem("end", "an invocation is not reported", problem);
    }
  }

  /** The runtime is about to ask for its next event: now there is time to report. */
  beforeNext() {
    try {
      // A streamed response is not posted by the native client.
      if (this.#store === undefined) {
        for (const invocation of this.#inFlight.values()) if (invocation.hasEnded) this.#waiting.push(invocation);
        this.#inFlight.clear();
      }
      const ended = this.#waiting;
      this.#waiting = [];
      const reported = ended.length === 0 ? undefined : this.#report(ended);
      return this.#store === undefined ? reported : undefined;
    } catch (problem) {
      sayProblem("report", "an event is lost, reporting failed", problem);
      return undefined;
    }
  }

  /** Everything that was noted and not reported, for the end of the process; nobody else reports it then. */
  takeUnsent() {
    const all = new Set([this.#init, ...this.#inFlight.values(), ...this.#waiting, this.#latest]);
    return this.#reporter.withUnsent([...all]).filter((invocation) => invocation.news.length > 0);
  }

  /** How long reporting may take now. */
  budgetMs(invocation) {
    const remainingMs =
      invocation === this.#init ? INIT_LIMIT_MS - process.uptime() * 1000 : invocation.remainingTimeMs();
    const limitMs = remainingMs === undefined ? Number.POSITIVE_INFINITY : remainingMs - DEADLINE_MARGIN_MS;
    return Math.min(this.#settings.flushTimeoutMs, limitMs);
  }

  #settle(invocation) {
    this.#inFlight.delete(invocation.requestId);
    return this.#report([invocation]);
  }

  #report(invocations) {
    if (!this.#reporter.hasSomethingToSay(invocations)) return undefined;
    return this.#reporter.report(invocations, Math.min(...invocations.map((one) => this.budgetMs(one))));
  }

  // Nobody threw it in the handler, such as Runtime.JSONStringifyError.
  #noteError(invocation, { errorType, errorMessage, trace }) {
    const error = new Error(errorMessage);
    error.name = errorType;
    error.stack = (trace ?? []).join("\n");
    this.note(invocation, { what: error, mechanism: "aws_lambda", kind: kindOfError(error) });
  }

  #watch(invocation) {
    const { timeoutMs } = invocation;
    if (!(timeoutMs > 0)) return;
    invocation.timer = setTimeout(() => this.#warn(invocation), warningDelayMs(timeoutMs, this.#memoryMb));
    // What keeps the event loop turning is the function's affair.
    invocation.timer.unref();
  }

  #warn(invocation) {
    if (invocation.hasEnded) return;
    try {
      const what = timeoutWarning(invocation.timeoutMs);
      this.note(invocation, { what, mechanism: "timeout", handled: true, kind: "timeout" });
      invocation.activeResources = process.getActiveResourcesInfo?.();
      this.#report([invocation]);
    } catch (problem) {
      sayProblem("timeout", "a timeout is not announced", problem);
    }
  }
}
