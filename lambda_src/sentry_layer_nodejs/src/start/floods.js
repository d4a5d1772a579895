/** Identical errors: a function that melts down does not melt Sentry's quota or its own bill. */

const MINUTE_MS = 60_000;
const MAX_KINDS = 1000;

/** Counts errors of each kind in this environment and holds back what comes too often. */
export class Floods {
  #maxPerMinute;
  #kinds = new Map();

  /** @param maxPerMinute how many of a kind are let through in a minute; 0 for no limit. */
  constructor(maxPerMinute) {
    this.#maxPerMinute = maxPerMinute;
  }

  /**
   * Counts one error.
   *
   * @param kind a text, equal for identical errors.
   * @returns how many of this kind were held back since one was let through; undefined if this one is, too.
   */
  admit(kind) {
    if (this.#maxPerMinute === 0) return 0;
    const nowMs = performance.now();
    let { sinceMs, letThrough, heldBack } = this.#kinds.get(kind) ?? { sinceMs: nowMs, letThrough: 0, heldBack: 0 };
    if (nowMs - sinceMs >= MINUTE_MS) {
      sinceMs = nowMs;
      letThrough = 0;
    }
    if (letThrough >= this.#maxPerMinute) {
      this.#kinds.set(kind, { sinceMs, letThrough, heldBack: heldBack + 1 });
      return undefined;
    }
    if (this.#kinds.size >= MAX_KINDS) this.#kinds.clear();
    this.#kinds.set(kind, { sinceMs, letThrough: letThrough + 1, heldBack: 0 });
    return heldBack;
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
