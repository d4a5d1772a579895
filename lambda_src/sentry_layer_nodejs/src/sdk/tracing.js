/** Full mode: one transaction an invocation, finished after the response, and spans of its outgoing requests. */

import { errorMonitor } from "node:events";
import * as http from "node:http";
import {
  getCurrentScope,
  getIsolationScope,
  patchHttpModuleClient,
  SEMANTIC_ATTRIBUTE_SENTRY_OP,
  SEMANTIC_ATTRIBUTE_SENTRY_ORIGIN,
  SEMANTIC_ATTRIBUTE_SENTRY_SOURCE,
  SPAN_STATUS_ERROR,
  startInactiveSpan,
  withActiveSpan,
  withIsolationScope,
} from "@sentry/core";
import { nativeNodeFetchIntegration, setAsyncLocalStorageAsyncContextStrategy } from "@sentry/node-core/light";
import { followFetch } from "./fetch_spans.js";

export class Tracing {
  #invocations = new Map();

  constructor(client) {
    setAsyncLocalStorageAsyncContextStrategy();
    getCurrentScope().setClient(client);
    client.addIntegration(nativeNodeFetchIntegration());
    followFetch();
    patchHttpModuleClient(http, { spans: true, propagateTrace: true, errorMonitor, suppressOtelWarning: true });
  }

  start(invocation) {
    withIsolationScope(() => {
      const scope = getCurrentScope();
      scope.setPropagationContext(invocation.trace);
      const span = startInactiveSpan({
        name: invocation.context.functionName,
        op: "function.aws.lambda",
        forceTransaction: true,
        attributes: {
          [SEMANTIC_ATTRIBUTE_SENTRY_OP]: "function.aws.lambda",
          [SEMANTIC_ATTRIBUTE_SENTRY_ORIGIN]: "auto.function.serverless",
          [SEMANTIC_ATTRIBUTE_SENTRY_SOURCE]: "component",
        },
      });
      invocation.transaction = { span, scope, isolationScope: getIsolationScope() };
    });
  }

  run({ transaction }, handle) {
    return withIsolationScope(transaction.isolationScope, () => withActiveSpan(transaction.span, handle));
  }

  /** The invocation whose transaction `event` is, if it is one. */
  invocationOf(event) {
    const id = event.contexts?.trace?.span_id;
    const invocation = event.type === "transaction" ? this.#invocations.get(id) : undefined;
    this.#invocations.delete(id);
    return invocation;
  }

  /** Builds the transaction's event and hands it to the transport. */
  finish(invocation) {
    const { span } = invocation.transaction;
    invocation.transaction = undefined;
    this.#invocations.set(span.spanContext().spanId, invocation);
    if (invocation.failed) span.setStatus({ code: SPAN_STATUS_ERROR, message: "internal_error" });
    span.end(invocation.endedMs);
  }
}
