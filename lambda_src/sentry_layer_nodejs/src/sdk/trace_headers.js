/** The caller's trace, where the event carries one: API Gateway, ALB, SQS, SNS, Kinesis, EventBridge, direct calls. */

import { propagationContextFromHeaders } from "@sentry/core";

const SENTRY_TRACE = "sentry-trace";
const BAGGAGE = "baggage";

/** The trace to put the invocation's events on, a new one where the caller sent none. */
export function traceOf({ event, context }) {
  const headers = headersOf(event, context);
  return propagationContextFromHeaders(headers[SENTRY_TRACE], headers[BAGGAGE]);
}

/**
 * `sentry-trace` and `baggage` as the caller sent them; empty if it sent none.
 *
 * Of a batch, the first record that carries a trace decides: an invocation belongs to one trace.
 */
export function headersOf(event, context) {
  const sources = [
    () => pick(event.headers) ?? pick(event.multiValueHeaders),
    () => first(event.Records, ofRecord),
    () => ofPayload(event.detail),
    () => pick(context.clientContext.custom ?? context.clientContext.Custom),
  ];
  return first(sources, (source) => source()) ?? {};
}

/** The first that is found; any JSON may be an event, so what has not the shape of a source is none. */
function first(items, find) {
  for (const item of items) {
    try {
      const found = find(item);
      if (found !== undefined) return found;
    } catch {
      // Another shape.
    }
  }
  return undefined;
}

/** The two headers out of an object, whatever the case of its keys; lists (ALB multi-value) give their last. */
function pick(headers) {
  const found = {};
  for (const [name, value] of Object.entries(headers ?? {})) {
    const text = Array.isArray(value) ? value.at(-1) : value;
    const lower = name.toLowerCase();
    if ((lower === SENTRY_TRACE || lower === BAGGAGE) && typeof text === "string") found[lower] = text;
  }
  return SENTRY_TRACE in found ? found : undefined;
}

function ofRecord(record) {
  if (record.messageAttributes !== undefined) {
    return ofAttributes(record.messageAttributes, "stringValue") ?? ofText(record.body);
  }
  if (record.Sns !== undefined) return ofAttributes(record.Sns.MessageAttributes, "Value");
  if (record.kinesis !== undefined) return ofText(Buffer.from(record.kinesis.data, "base64").toString());
  return undefined;
}

function ofAttributes(attributes, valueKey) {
  const values = Object.entries(attributes ?? {}).map(([name, attribute]) => [name, attribute?.[valueKey]]);
  return pick(Object.fromEntries(values));
}

/** Out of a JSON text: a Kinesis record, an SNS notification or an EventBridge event that came through SQS. */
function ofText(text) {
  if (typeof text !== "string" || !text.includes(SENTRY_TRACE)) return undefined;
  const payload = JSON.parse(text);
  const sources = [
    () => ofPayload(payload),
    () => ofPayload(payload.detail),
    () => ofAttributes(payload.MessageAttributes, "Value"),
  ];
  return first(sources, (source) => source());
}

function ofPayload(payload) {
  return pick(payload) ?? pick(payload?.headers);
}
