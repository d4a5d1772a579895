/**
 * Sends envelopes by the SDK's own transport, over connections that are kept, from wherever the DSN is.
 */

import { getEnvelopeEndpointWithUrlEncodedAuth, makeDsn } from "@sentry/core";
import { makeNodeTransport } from "@sentry/node-core/light";
import { sayProblem } from "../start/notice.js";
import { Connections } from "./connections.js";
import { readDsn } from "./runtime_dsn.js";

const MAX_WAITING = 100;

/** Pause after a failed read of the DSN; what is to be sent waits until the next. */
const RETRY_AFTER_MS = 60_000;

/** Of a connection that the other side closed while the environment was frozen. */
const STALE = new Set(["ECONNRESET", "EPIPE"]);

export function makeTransport(settings, options) {
  return new Transport(settings, options);
}

class Transport {
  #settings;
  #options;
  #connections;
  #inner;
  #waiting = [];
  #publicKey;
  #notBeforeMs = 0;

  constructor(settings, options) {
    this.#settings = settings;
    this.#options = options;
    if (settings.dsn !== undefined) this.#connect(options.url);
  }

  async send(envelope) {
    if (this.#inner === undefined) {
      this.#waiting.push(envelope);
      if (this.#waiting.length > MAX_WAITING) this.#waiting.shift();
      return {};
    }
    try {
      return await this.#inner.send(envelope);
    } catch (problem) {
      if (!STALE.has(problem?.code)) throw problem;
      return this.#inner.send(envelope);
    }
  }

  /** Reads the DSN if something waits for it, then sends what waits. */
  async flush(timeoutMs) {
    if (this.#inner === undefined && this.#waiting.length > 0 && performance.now() >= this.#notBeforeMs) {
      await this.#readDsn();
    }
    return this.#inner === undefined ? false : this.#inner.flush(timeoutMs);
  }

  hold() {
    this.#connections?.hold();
  }

  letGo() {
    this.#connections?.letGo();
  }

  async #readDsn() {
    try {
      const dsn = await readDsn(this.#settings);
      const components = makeDsn(dsn);
      this.#publicKey = components.publicKey;
      this.#connect(getEnvelopeEndpointWithUrlEncodedAuth(components, undefined, undefined));
    } catch (problem) {
      this.#notBeforeMs = performance.now() + RETRY_AFTER_MS;
      sayProblem("dsn", "events wait, the DSN could not be read", problem);
      return;
    }
    for (const envelope of this.#waiting.splice(0)) {
      const trace = envelope[0].trace;
      if (trace !== undefined) trace.public_key = this.#publicKey;
      this.send(envelope).catch(() => undefined);
    }
  }

  #connect(url) {
    this.#connections = new Connections(url);
    const httpModule = this.#connections;
    this.#inner = makeNodeTransport({ ...this.#options, url, keepAlive: true, httpModule });
  }
}
