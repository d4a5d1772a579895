exports.handler = async () => {
  console.error("stock is low: %d", 3);
  console.error("failed:", new RangeError("no such item"));
  return { ok: true };
};
