exports.handler = async () => ({
  sdk: Object.keys(require.cache).some((name) => name.endsWith("cdk_sentry_layer/sdk.js")),
});
