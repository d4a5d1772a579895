/** One invocation: what is remembered about it until it has been reported. */

import { clearTimeout } from "node:timers";

const MAX_BREADCRUMBS = 100;

/**
 * To be reported of an invocation, of what the function goes on after, and as many again of what ended it: each costs
 * time and memory when it is made an event.
 */
export const MAX_WAITING = 100;

/**
 * Something to report and the moment it happened.
 *
 * @property what an error of the function, or whatever it threw.
 * @property message a logged text; set in place of `what`.
 * @property mechanism Sentry's word for where it was caught.
 * @property handled whether the function went on.
 * @property heldBack how many were not sent since the last one sent: of the same, or because there were too many kinds.
 * @property breadcrumbs what was logged before.
 */
export class News {
  constructor(invocation, { what, message, mechanism, handled = false, heldBack = 0 }) {
    this.what = what;
    this.message = message;
    this.mechanism = mechanism;
    this.handled = handled;
    this.heldBack = heldBack;
    this.timestampS = Date.now() / 1000;
    this.breadcrumbs = [...invocation.breadcrumbs];
  }
}

/** What happened in one invocation, or in init, which counts as one without a request. */
export class Invocation {
  constructor(event, context, coldStart) {
    this.event = event;
    this.context = context;
    this.coldStart = coldStart;
    this.startedMs = Date.now();
    this.timeoutMs = this.remainingTimeMs();
    /** What was left of the timeout when the handler ended. */
    this.remainingMs = this.timeoutMs;
    this.breadcrumbs = [];
    /** What is to be reported, oldest first; taken out by the reporter. */
    this.news = [];
    /** The last error that was noted, so that it is not reported twice. */
    this.seen = undefined;
    this.failed = false;
    this.hasEnded = false;
    this.timer = undefined;
    /** Of this invocation in full mode. */
    this.transaction = undefined;
  }

  get requestId() {
    return this.context?.awsRequestId ?? "";
  }

  /** What is left of the function's timeout; undefined where nobody says. */
  remainingTimeMs() {
    return typeof this.context?.getRemainingTimeInMillis === "function"
      ? this.context.getRemainingTimeInMillis()
      : undefined;
  }

  addBreadcrumb(breadcrumb) {
    if (this.breadcrumbs.length >= MAX_BREADCRUMBS) this.breadcrumbs.shift();
    this.breadcrumbs.push(breadcrumb);
  }

  /** Notes the moment the handler ended. */
  end() {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.endedMs = Date.now();
    this.remainingMs = this.remainingTimeMs();
    if (this.timer !== undefined) clearTimeout(this.timer);
  }
}
