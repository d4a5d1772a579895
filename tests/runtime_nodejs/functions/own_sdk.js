// As if in the function's own node_modules.
const Sentry = require(require.resolve("@sentry/aws-serverless", { paths: [process.env.SENTRY_SDKS] }));

if (process.env.OWN_DSN !== undefined) {
  Sentry.init({
    dsn: process.env.OWN_DSN,
    environment: "of-the-function",
    initialScope: { tags: { own: "tag" } },
    sendClientReports: false,
  });
}

const handler = async (event) => {
  Sentry.captureMessage("from the handler");
  if (event.fail !== undefined) throw new RangeError(event.fail);
  return { ok: true };
};

exports.initialised = handler;
exports.uninitialised = handler;
exports.wrapped = Sentry.wrapHandler(async (event) => {
  throw new RangeError(event.fail);
});
