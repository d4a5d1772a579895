/** Spans of requests by `fetch`, which the SDK's light mode does not make. */

import { subscribe } from "node:diagnostics_channel";
import { SEMANTIC_ATTRIBUTE_SENTRY_ORIGIN, SPAN_STATUS_ERROR, setHttpStatus, startInactiveSpan } from "@sentry/core";

const spans = new WeakMap();

/** Follows undici's diagnostics channels (undici.nodejs.org, DiagnosticsChannel). */
export function followFetch() {
  subscribe("undici:request:create", ({ request }) => {
    const { method, origin, path } = request;
    const url = `${origin}${path.split("?")[0]}`;
    const span = startInactiveSpan({
      name: `${method} ${url}`,
      op: "http.client",
      onlyIfParent: true,
      attributes: {
        [SEMANTIC_ATTRIBUTE_SENTRY_ORIGIN]: "auto.http.node_fetch",
        "http.request.method": method,
        url,
      },
    });
    spans.set(request, span);
  });
  subscribe("undici:request:headers", ({ request, response }) => {
    const span = spans.get(request);
    if (span !== undefined) setHttpStatus(span, response.statusCode);
  });
  subscribe("undici:request:trailers", ({ request }) => spans.get(request)?.end());
  subscribe("undici:request:error", ({ request, error }) => {
    const span = spans.get(request);
    span?.setStatus({ code: SPAN_STATUS_ERROR, message: error?.name });
    span?.end();
  });
}
