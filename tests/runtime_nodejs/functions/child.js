process.send(
  Object.keys(require.cache).some((name) => name.includes("cdk_sentry_layer")),
  () => {
    throw new Error("of the child");
  },
);
