/** What every event carries, of whatever source: the tags of the event vocabulary, and where to look further. */

import { sayOnce } from "../start/notice.js";
import { addRequestData } from "./request_data.js";

const MAX_TAG_VALUE_LENGTH = 200;
const ARN_REGION = 3;
const CONSOLES = {
  aws: "console.aws.amazon.com",
  "aws-cn": "console.amazonaws.cn",
  "aws-us-gov": "console.amazonaws-us-gov.com",
};
const RUNTIME_FILES = /^(file:\/\/)?\/var\/runtime\//;

/** Completes events on their way out, whoever captured them. */
export class Enricher {
  #settings;
  #hooks;
  #tags;

  constructor(settings, hooks) {
    this.#settings = settings;
    this.#hooks = hooks;
    this.#tags = { ...environmentTags(settings.environment), ...ownTags(settings.environment) };
  }

  /**
   * Adds tags and context to `event`; null if it is one too many of its kind.
   *
   * @param invocation that it belongs to.
   * @param news that it is about; undefined where the function captured it itself.
   */
  process(event, invocation = this.#hooks.current(), news = undefined) {
    const heldBack = news === undefined ? this.#count(event) : news.heldBack;
    if (heldBack === undefined) return null;
    event.tags = {
      ...contextTags(invocation.context),
      ...this.#tags,
      cold_start: String(invocation.coldStart),
      ...batchTags(invocation.event),
      ...(heldBack > 0 ? { held_back: String(heldBack) } : {}),
      ...event.tags,
    };
    if (news !== undefined) event.timestamp = news.timestampS;
    event.server_name = this.#settings.environment.AWS_LAMBDA_FUNCTION_NAME ?? event.server_name;
    event.environment ??= this.#settings.environment.SENTRY_ENVIRONMENT;
    event.release ??= this.#settings.environment.SENTRY_RELEASE;
    markRuntimeFrames(event);
    if (invocation.context) this.#addInvocation(event, invocation);
    if (invocation.activeResources !== undefined) {
      event.contexts = { ...event.contexts, "active resources": count(invocation.activeResources) };
    }
    return event;
  }

  #count(event) {
    if (event.type !== undefined) return 0;
    const [error] = event.exception?.values?.slice(-1) ?? [];
    return this.#hooks.admit(`captured ${error?.type} ${error?.value ?? event.message}`);
  }

  #addInvocation(event, invocation) {
    const { context, remainingMs, timeoutMs } = invocation;
    event.extra = {
      ...event.extra,
      lambda: {
        function_name: context.functionName,
        function_version: context.functionVersion,
        invoked_function_arn: context.invokedFunctionArn,
        aws_request_id: context.awsRequestId,
        remaining_time_in_millis: remainingMs,
        execution_duration_in_millis: remainingMs === undefined ? undefined : timeoutMs - remainingMs,
      },
      "cloudwatch logs": {
        url: consoleLink(context, invocation.startedMs),
        log_group: context.logGroupName,
        log_stream: context.logStreamName,
      },
    };
    if (this.#settings.sendDefaultPii) addRequestData(event, invocation.event, context);
  }
}

/**
 * The page of the CloudWatch console that shows the log lines of the invocation.
 *
 * @param startedMs when the invocation began, since the epoch.
 */
export function consoleLink(context, startedMs) {
  const [, partition, , region] = String(context.invokedFunctionArn).split(":");
  // The console's own way: quoted twice, with $ for %.
  const quoted = (name) => encodeURIComponent(encodeURIComponent(String(name))).replaceAll("%", "$");
  return (
    `https://${CONSOLES[partition] ?? CONSOLES.aws}/cloudwatch/home?region=${region}` +
    `#logsV2:log-groups/log-group/${quoted(context.logGroupName)}` +
    `/log-events/${quoted(context.logStreamName)}$3Fstart$3D${startedMs - 1000}`
  );
}

function environmentTags(environment) {
  return withValues({
    function_name: environment.AWS_LAMBDA_FUNCTION_NAME,
    function_version: environment.AWS_LAMBDA_FUNCTION_VERSION,
    memory_mb: environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    runtime: `nodejs${process.versions.node.split(".")[0]}.x`,
    architecture: { x64: "x86_64" }[process.arch] ?? process.arch,
    aws_region: environment.AWS_REGION,
  });
}

/** The same as far as the context object knows them: a host other than AWS may set fewer variables. */
function contextTags(context) {
  return withValues({
    function_name: context?.functionName,
    function_version: context?.functionVersion,
    memory_mb: context?.memoryLimitInMB,
    aws_region: String(context?.invokedFunctionArn ?? "").split(":")[ARN_REGION],
  });
}

/** SENTRY_TAGS, a JSON object. */
function ownTags(environment) {
  const text = environment.SENTRY_TAGS;
  try {
    const tags = Object.entries(text ? JSON.parse(text) : {});
    return Object.fromEntries(tags.map(([name, value]) => [name, String(value).slice(0, MAX_TAG_VALUE_LENGTH)]));
  } catch {
    sayOnce("tags", `SENTRY_TAGS is '${text}', expected a JSON object of strings: events go without them`);
    return {};
  }
}

function batchTags(event) {
  const records = Array.isArray(event) ? event : event?.Records;
  return Array.isArray(records) && records.length > 1
    ? { batch_request: "true", batch_size: String(records.length) }
    : {};
}

function withValues(tags) {
  return Object.fromEntries(
    Object.entries(tags)
      .filter(([, value]) => value !== undefined && value !== null && value !== "")
      .map(([name, value]) => [name, String(value)]),
  );
}

function markRuntimeFrames(event) {
  for (const { stacktrace } of event.exception?.values ?? []) {
    for (const frame of stacktrace?.frames ?? []) if (RUNTIME_FILES.test(frame.filename ?? "")) frame.in_app = false;
  }
}

function count(names) {
  const counts = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
