/** Invocations and errors, handed to another thread: structured cloning loses what an error inherits and refuses functions. */

const MAX_DEPTH = 5;

/** An invocation as another thread can have it: no functions, no getters. */
export function invocationAsData(invocation) {
  const { event, coldStart, startedMs, timeoutMs, remainingMs } = invocation;
  const context = JSON.parse(JSON.stringify(invocation.context ?? null));
  const news = invocation.news.map((one) => ({ ...one, what: undefined, thrown: errorAsData(one.what) }));
  return { event: jsonOrNothing(event), context, coldStart, startedMs, timeoutMs, remainingMs, news };
}

function errorAsData(error, depth = 0) {
  if (!(error instanceof Error)) return { value: jsonOrNothing(error) ?? String(error) };
  const { name, message, stack, code } = error;
  const data = { name: String(name), message: String(message), stack: String(stack), code };
  if (depth < MAX_DEPTH && error.cause !== undefined) data.cause = errorAsData(error.cause, depth + 1);
  if (depth < MAX_DEPTH && Array.isArray(error.errors))
    data.errors = error.errors.map((one) => errorAsData(one, depth + 1));
  return data;
}

function jsonOrNothing(value) {
  try {
    return JSON.parse(JSON.stringify(value));
  } catch {
    return undefined;
  }
}

function errorFromData(data) {
  if (data === undefined || "value" in data) return data?.value;
  const { cause, errors, stack, ...fields } = data;
  const error = Object.assign(new Error(data.message), fields);
  error.stack = stack;
  if (cause !== undefined) error.cause = errorFromData(cause);
  if (errors !== undefined) error.errors = errors.map(errorFromData);
  return error;
}

/** What `invocationAsData` made, with errors that are errors again. */
export function invocationFromData({ news, ...invocation }) {
  return { ...invocation, news: news.map(({ thrown, ...one }) => ({ ...one, what: errorFromData(thrown) })) };
}
