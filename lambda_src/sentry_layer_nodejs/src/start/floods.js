/** Floods of errors: a function that melts down does not melt Sentry's quota, its own memory or its own bill. */

import { beginningOf } from "./texts.js";

const MINUTE_MS = 60_000;
const MAX_KINDS = 1000;

/**
 * So many floods are let through up to their own limits. A text with a number in it is a kind of its own each time, so
 * that a loop that logs has no limit but the one on all kinds together.
 */
const KINDS_AT_ONCE = 10;

/** A lower limit on identical events says nothing about how many different ones are wanted. */
const LEAST_IDENTICAL = 60;

/** Of what tells kinds apart: a thousand of them are kept. */
const MAX_KIND_LENGTH = 500;

/** Of what was let through in a minute, and of what was held back since. */
class Count {
  letThrough = 0;
  heldBack = 0;

  constructor(nowMs) {
    this.sinceMs = nowMs;
  }

  /** Whether `limit` was let through in the minute of `nowMs`; never for 0. */
  hasReached(limit, nowMs) {
    if (nowMs - this.sinceMs >= MINUTE_MS) {
      this.sinceMs = nowMs;
      this.letThrough = 0;
    }
    return limit > 0 && this.letThrough >= limit;
  }
}

/** Counts errors in this environment, each kind and all together, and holds back what comes too often. */
export class Floods {
  #maxOfKind;
  #maxOfAll;
  #kinds = new Map();
  // Apart, so that nothing the function goes on after takes the place of what ended it.
  #uncaught = new Count(performance.now());
  #others = new Count(performance.now());
  #heldBack = 0;

  /** @param maxPerMinute how many of a kind are let through in a minute; 0 for no limit. */
  constructor(maxPerMinute) {
    this.#maxOfKind = maxPerMinute;
    this.#maxOfAll = maxPerMinute && KINDS_AT_ONCE * Math.max(maxPerMinute, LEAST_IDENTICAL);
  }

  /**
   * Counts one error.
   *
   * @param text equal for identical errors, at least in its beginning.
   * @param isUncaught whether it ended the handler or the process; has a limit on all kinds of its own.
   * @param hasRoom whether it could be kept.
   * @returns how many of this kind, or of too many kinds, were held back since one was let through; undefined if this
   *   one is, too.
   */
  admit(text, { isUncaught = false, hasRoom = true } = {}) {
    const nowMs = performance.now();
    const kind = beginningOf(text, MAX_KIND_LENGTH);
    const same = this.#kinds.get(kind) ?? new Count(nowMs);
    if (same.hasReached(this.#maxOfKind, nowMs)) {
      same.heldBack += 1;
      return undefined;
    }
    const together = isUncaught ? this.#uncaught : this.#others;
    if (!hasRoom || together.hasReached(this.#maxOfAll, nowMs)) {
      this.#heldBack += 1;
      return undefined;
    }
    if (this.#kinds.size >= MAX_KINDS) this.#forgetKinds(same);
    this.#kinds.set(kind, same);
    same.letThrough += 1;
    together.letThrough += 1;
    const heldBack = same.heldBack + this.#heldBack;
    same.heldBack = this.#heldBack = 0;
    return heldBack;
  }

  /** Whether the next one of this kind would be held back for its kind, whatever becomes of others. */
  isOneTooMany(text) {
    const same = this.#kinds.get(beginningOf(text, MAX_KIND_LENGTH));
    return same?.hasReached(this.#maxOfKind, performance.now()) ?? false;
  }

  #forgetKinds(except) {
    for (const count of this.#kinds.values()) if (count !== except) this.#heldBack += count.heldBack;
    this.#kinds.clear();
  }
}

/** Type and place where it was thrown. */
export function kindOfError(error) {
  try {
    if (typeof error?.stack !== "string") return `${typeof error} ${String(error).slice(0, 200)}`;
    const place = error.stack.indexOf("\n    at ");
    const end = error.stack.indexOf("\n", place + 1);
    return `${error.name} ${place < 0 ? "" : error.stack.slice(place, end < 0 ? undefined : end)}`;
  } catch {
    return "unreadable";
  }
}
