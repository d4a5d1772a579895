/** Warns shortly before a function times out, since nothing of the process survives the timeout itself. */

const LEAD_MS = 1500;

/** What loading the SDK takes at one vCPU. */
const SDK_LOAD_MS = 30;

/** Memory setting at which a function has one vCPU (docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html). */
const MB_PER_VCPU = 1769;

/**
 * How long after the beginning of an invocation its timeout is announced.
 *
 * @param timeoutMs what was left of the function's timeout at the beginning.
 * @param memoryMb the function's memory setting, which decides its share of CPU.
 */
export function warningDelayMs(timeoutMs, memoryMb) {
  const loadMs = SDK_LOAD_MS * Math.max(1, MB_PER_VCPU / memoryMb);
  return timeoutMs - Math.min(Math.min(LEAD_MS, timeoutMs / 4) + loadMs, timeoutMs / 2);
}

/** The warning as an error without a stack trace: what waits in Node.js is on no stack. */
export function timeoutWarning(timeoutMs) {
  const seconds = Math.round(timeoutMs / 1000);
  const warning = new Error(`Function is expected to time out. Configured timeout duration = ${seconds} seconds.`);
  warning.name = "ServerlessTimeoutWarning";
  warning.stack = `${warning.name}: ${warning.message}`;
  return warning;
}
