/** The SDK as the layer uses it. Loaded with the first thing to report, or at start where traces are wanted. */

import { linkedErrorsIntegration, Scope, ServerRuntimeClient } from "@sentry/core";
import { contextLinesIntegration, defaultStackParser, extraErrorDataIntegration } from "@sentry/node-core/light";
import { MAX_WAITING } from "../start/invocation.js";
import { sdkOfFunction } from "../start/own_sdk.js";
import { idSharedWithForwarder } from "./event_ids.js";
import { Enricher } from "./events.js";
import { traceOf } from "./trace_headers.js";
import { makeTransport } from "./transport.js";

/** Stands for the DSN until it has been read; nothing is ever sent there. */
const PLACEHOLDER_DSN = "https://unknown@sentry.invalid/0";

/**
 * @param settings as read in init.
 * @param hooks `current()`, the running invocation, and `admit(kind)`, which counts floods.
 */
export function start(settings, hooks) {
  return new Sdk(settings, hooks);
}

class Sdk {
  #enricher;
  #client;
  #transport;
  #adopted = new WeakSet();
  #tracing;

  constructor(settings, hooks) {
    this.#enricher = new Enricher(settings, hooks);
    this.#client = this.#makeClient(settings);
    this.adopt(this.#client);
    if (settings.tracesSampleRate !== undefined) {
      const { Tracing } = require("./tracing.js");
      this.#tracing = new Tracing(this.#client);
    }
  }

  #makeClient(settings) {
    const { environment } = settings;
    const client = new ServerRuntimeClient({
      dsn: settings.dsn ?? PLACEHOLDER_DSN,
      environment: environment.SENTRY_ENVIRONMENT,
      release: environment.SENTRY_RELEASE,
      serverName: environment.AWS_LAMBDA_FUNCTION_NAME,
      sampleRate: settings.sampleRate,
      tracesSampleRate: settings.tracesSampleRate,
      sendDefaultPii: settings.sendDefaultPii,
      sendClientReports: false,
      platform: "node",
      runtime: { name: "node", version: process.version },
      stackParser: defaultStackParser,
      integrations: [linkedErrorsIntegration(), extraErrorDataIntegration(), contextLinesIntegration()],
      // What the monitor let through is not dropped for want of room here.
      transportOptions: { bufferSize: 2 * MAX_WAITING },
      transport: (options) => {
        this.#transport = makeTransport(settings, options);
        return this.#transport;
      },
    });
    client.isCdkSentry = true;
    client.init();
    return client;
  }

  /** Completes what `client` sends, whoever captured it. */
  adopt(client) {
    if (this.#adopted.has(client)) return;
    this.#adopted.add(client);
    client.addEventProcessor?.((event, hint) => {
      const { invocation, news } = hint?.cdkSentry ?? {};
      return this.#enricher.process(event, invocation ?? this.#tracing?.invocationOf(event), news);
    });
  }

  /** Captures the news of ended invocations, oldest first, then waits until all is sent. */
  async report(invocations, timeoutMs) {
    const own = sdkOfFunction();
    if (own !== undefined) this.adopt(own.client);
    for (const invocation of invocations) {
      for (const news of invocation.news.splice(0)) this.#capture(own, invocation, news);
      if (invocation.transaction !== undefined && invocation.hasEnded) this.#tracing.finish(invocation);
    }
    await Promise.all([this.#client.flush(timeoutMs), own?.client.flush(timeoutMs)]);
  }

  #capture(own, invocation, news) {
    // The SDK of the function marks what it has captured.
    if (news.what?.__sentry_captured__) return;
    const scope = own === undefined ? this.#scopeFor(invocation, news) : own.scope.clone();
    const mechanism = { type: news.mechanism, handled: news.handled };
    const hint = { mechanism, event_id: idSharedWithForwarder(invocation, news), cdkSentry: { invocation, news } };
    if (news.message === undefined) scope.captureException(news.what, hint);
    else scope.captureMessage(news.message, "error", hint);
  }

  #scopeFor(invocation, news) {
    const scope = new Scope();
    scope.setClient(this.#client);
    invocation.trace ??= traceOf(invocation);
    scope.setPropagationContext(invocation.trace);
    for (const breadcrumb of news.breadcrumbs) scope.addBreadcrumb(breadcrumb);
    return scope;
  }

  startTransaction(invocation) {
    invocation.trace = traceOf(invocation);
    this.#tracing.start(invocation);
  }

  runInTransaction(invocation, handle) {
    return this.#tracing.run(invocation, handle);
  }

  /** Requests that are under way keep the event loop turning. */
  hold() {
    this.#transport.hold();
  }

  /** Requests that are under way do not keep the event loop turning any more. */
  letGo() {
    this.#transport.letGo();
  }
}
