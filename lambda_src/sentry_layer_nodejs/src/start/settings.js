/** What the construct tells the layer: environment variables, read once, in init. */

import { sayOnce } from "./notice.js";

const DEFAULT_FLUSH_TIMEOUT_MS = 2000;
const DEFAULT_MAX_IDENTICAL_EVENTS_PER_MINUTE = 60;
const TRUE = new Set(["1", "true", "yes", "on"]);
const FALSE = new Set(["0", "false", "no", "off"]);
// scheme://key[:secret]@host[:port][/path]/project_id
const DSN = /^https?:\/\/[^\s:@/{}$]+(:[^\s@/{}$]*)?@[^\s:@/{}$]+(:\d+)?(\/[^\s{}$]+)*\/\d+$/;

export function isDsn(text) {
  return DSN.test(text);
}

/**
 * The settings of one environment. What is invalid is said once and replaced by its default.
 *
 * A plain object, so that it can be handed to another thread.
 *
 * @param environment all environment variables; kept as they were in init, since a handler may change process.env.
 */
export function readSettings(environment) {
  return {
    environment: { ...environment },
    dsn: readDsn(environment),
    dsnSsmParameter: environment.SENTRY_DSN_SSM_PARAMETER || undefined,
    dsnSecret: environment.SENTRY_DSN_SECRET || undefined,
    dsnSecretField: environment.SENTRY_DSN_SECRET_FIELD || undefined,
    // A rate of 0 would make the SDK prepare traces that it never sends.
    tracesSampleRate: readRate(environment, "SENTRY_TRACES_SAMPLE_RATE", undefined) || undefined,
    sampleRate: readRate(environment, "SENTRY_SAMPLE_RATE", 1),
    sendDefaultPii: readSwitch(environment, "SENTRY_SEND_DEFAULT_PII", false),
    flushTimeoutMs: readCount(environment, "SENTRY_FLUSH_TIMEOUT_MS", DEFAULT_FLUSH_TIMEOUT_MS),
    maxIdenticalEventsPerMinute: readCount(
      environment,
      "SENTRY_MAX_IDENTICAL_EVENTS_PER_MINUTE",
      DEFAULT_MAX_IDENTICAL_EVENTS_PER_MINUTE,
    ),
    timeoutWarning: readSwitch(environment, "SENTRY_TIMEOUT_WARNING", true),
    consoleErrorEvents: readSwitch(environment, "SENTRY_CONSOLE_ERROR_EVENTS", false),
  };
}

/** Whether there is a DSN or a place to read it from. */
export function canReport(settings) {
  return Boolean(settings.dsn || settings.dsnSsmParameter || settings.dsnSecret);
}

function readDsn(environment) {
  const value = (environment.SENTRY_DSN ?? "").trim();
  if (isDsn(value)) return value;
  if (value) {
    // What stands there instead may be a secret: show that part alone that a DSN has in the open.
    const shown = value.slice(value.lastIndexOf("@") + 1).slice(0, 40);
    sayOnce("dsn", `nothing is reported, SENTRY_DSN ends in '${shown}', expected https://KEY@HOST/PROJECT_ID`);
  } else if (!(environment.SENTRY_DSN_SSM_PARAMETER || environment.SENTRY_DSN_SECRET)) {
    sayOnce("dsn", "nothing is reported, there is no SENTRY_DSN, expected https://KEY@HOST/PROJECT_ID");
  }
  return undefined;
}

function readRate(environment, name, otherwise) {
  const value = environment[name];
  if (value === undefined) return otherwise;
  const rate = value.trim() === "" ? Number.NaN : Number(value);
  if (rate >= 0 && rate <= 1) return rate;
  sayOnce(name, `${name} is '${value}', expected a number from 0 to 1: taken as not set`);
  return otherwise;
}

function readCount(environment, name, otherwise) {
  const value = environment[name];
  if (value === undefined) return otherwise;
  if (/^\d+$/.test(value)) return Number(value);
  sayOnce(name, `${name} is '${value}', expected a whole number from 0: taken as ${otherwise}`);
  return otherwise;
}

function readSwitch(environment, name, otherwise) {
  const value = environment[name];
  if (value === undefined) return otherwise;
  if (TRUE.has(value.toLowerCase())) return true;
  if (FALSE.has(value.toLowerCase())) return false;
  sayOnce(name, `${name} is '${value}', expected true or false: taken as ${otherwise}`);
  return otherwise;
}
