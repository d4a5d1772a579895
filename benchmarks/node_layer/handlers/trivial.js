class CheckoutError extends Error {
  name = "CheckoutError";
}

// What any library allocates: V8 collects its first garbage then, with the layer and without.
exports.loaded = Array.from({ length: 40_000 }, (_, number) => ({ number }));

exports.handler = async (event) => {
  if (event.fail !== undefined) throw new CheckoutError(event.fail);
  return { ok: true };
};
