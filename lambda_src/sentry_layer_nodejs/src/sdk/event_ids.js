/** The id of an event that tells of what the forwarder reads in the log as well: Sentry keeps one event an id. */

const ID_LENGTH = 32;
const MINUTE_MS = 60_000;

/**
 * The id of a timeout's warning, made as cdk_sentry_forwarder/event_ids.py makes it; undefined for all other news: what
 * else ends a process is either reported by it or seen from outside, never both.
 */
export function idSharedWithForwarder(invocation, news) {
  const { context, startedMs, timeoutMs } = invocation;
  if (news.mechanism !== "timeout" || !context || timeoutMs === undefined) return undefined;
  const { createHash } = require("node:crypto");
  // Its minute tells an attempt at a request from the next.
  const deadlineMinute = Math.floor((startedMs + timeoutMs) / MINUTE_MS);
  const identity = `${context.awsRequestId} timeout ${deadlineMinute}`;
  return createHash("sha256").update(identity).digest("hex").slice(0, ID_LENGTH);
}
