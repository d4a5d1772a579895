const { fork } = require("node:child_process");

exports.circular = async () => {
  const error = new Error("circular");
  error.self = error;
  error.cause = error;
  throw error;
};

// The client sends the message twice in one header; with 2 MB it does not get an answer out at all.
exports.huge = async () => {
  throw new Error("x".repeat(800_000));
};

exports.getter_throws = async () => {
  const error = new Error("getter");
  Object.defineProperty(error, "details", {
    enumerable: true,
    get() {
      throw new Error("from the getter");
    },
  });
  throw error;
};

exports.frozen = async () => {
  throw Object.freeze(new Error("frozen"));
};

exports.proxy = async () => {
  throw new Proxy(new Error("proxy"), {});
};

exports.endless = async () => {
  const endless = () => endless() + 1;
  return endless();
};

exports.undefined_thrown = async () => {
  throw undefined;
};

exports.buffer = async () => {
  const error = new Error("buffer");
  error.bytes = Buffer.alloc(100_000);
  throw error;
};

exports.empties_environment = async () => {
  process.env = {};
  throw new Error("no environment");
};

exports.breaks_globals = async (event) => {
  console.log = undefined;
  globalThis.setTimeout = undefined;
  globalThis.__SENTRY__ = { broken: { defaultCurrentScope: { getClient: () => event.fail() } } };
  if (event.fail !== undefined) throw new Error(event.fail);
  return { ok: true };
};

exports.without_stack_traces = (event) => {
  delete Error.stackTraceLimit;
  if (event.fail !== undefined) throw new Error(event.fail);
  return Promise.resolve({ limit: Error.stackTraceLimit ?? null });
};

exports.freezes_errors = (event) => {
  Object.freeze(Error);
  if (event.fail !== undefined) throw new Error(event.fail);
  return Promise.resolve({ ok: true });
};

exports.a_minute_later = async (event) => {
  if (event.later) {
    const now = performance.now.bind(performance);
    performance.now = () => now() + 61_000;
  }
  throw new Error("always the same");
};

exports.forks = async () => {
  const child = fork(`${__dirname}/child.js`, { silent: true });
  const preloaded = new Promise((resolve) => child.once("message", resolve));
  const exit = new Promise((resolve) => child.once("exit", resolve));
  return { preloaded: await preloaded, exit: await exit };
};
