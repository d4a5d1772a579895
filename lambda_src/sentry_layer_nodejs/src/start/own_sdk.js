/** A Sentry SDK that the function brings itself: its client, its settings and its events stay its own. */

const PACKAGE = /[\\/]node_modules[\\/]@sentry[\\/](aws-serverless|node)[\\/]build[\\/]/;
const MAIN = /[\\/]index\.js$/;

/**
 * Client and scope of the function's own SDK, of whatever version, bundled or not; undefined where there is none.
 *
 * Every copy of the SDK keeps its state in `globalThis.__SENTRY__` (@sentry/core, carrier.js).
 */
export function sdkOfFunction() {
  const carriers = globalThis.__SENTRY__;
  if (carriers === undefined) return undefined;
  for (const carrier of Object.values(carriers)) {
    const scope = carrier?.defaultCurrentScope;
    const client = scope?.getClient?.();
    if (client !== undefined && !client.isCdkSentry) return { client, scope };
  }
  // Version 7.
  const client = carriers.hub?.getClient?.();
  return client === undefined ? undefined : { client, scope: carriers.hub.getScope() };
}

/**
 * Initialises an SDK that the function requires but does not initialise, so that what it captures is sent as in any
 * program. What is bundled or imported as an ES module cannot be seen: that calls `init` itself.
 */
export function initialiseOwnSdk(settings) {
  if (settings.dsn === undefined || sdkOfFunction() !== undefined) return;
  const path = Object.keys(require.cache).find((name) => PACKAGE.test(name) && MAIN.test(name));
  if (path === undefined) return;
  const { environment, dsn, sampleRate, tracesSampleRate, sendDefaultPii } = settings;
  require.cache[path].exports.init({
    dsn,
    environment: environment.SENTRY_ENVIRONMENT,
    release: environment.SENTRY_RELEASE,
    sampleRate,
    ...(tracesSampleRate === undefined ? {} : { tracesSampleRate }),
    sendDefaultPii,
    sendClientReports: false,
  });
}
