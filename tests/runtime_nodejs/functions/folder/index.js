class CheckoutError extends Error {
  constructor(message, options) {
    super(message, options);
    this.name = "CheckoutError";
  }
}

async function pay(order) {
  if (order.cause) throw new CheckoutError(order.fail, { cause: new RangeError(order.cause) });
  throw new CheckoutError(order.fail);
}

exports.handler = async (event) => {
  console.log("order received", { id: event.id ?? 1 });
  if (event.fail !== undefined) {
    if (event.late) await new Promise((resolve) => setImmediate(resolve));
    await pay(event);
  }
  return { ok: true };
};
