exports.sync_throw = (event, _context) => {
  throw new RangeError(event.fail);
};

exports.callback = (event, _context, callback) => {
  setTimeout(() => {
    if (event.fail !== undefined) callback(new RangeError(event.fail));
    else callback(null, { ok: true });
  }, 1);
};

exports.callback_at_once = (event, context, callback) => {
  context.callbackWaitsForEmptyEventLoop = false;
  // Something of the function's own that never ends.
  setInterval(() => {}, 1000);
  if (event.fail !== undefined) callback(new RangeError(event.fail));
  else callback(null, { ok: true });
};

exports.context_done = (event, context) => {
  if (event.fail !== undefined) context.fail(new RangeError(event.fail));
  else context.succeed({ ok: true });
};

exports.nested = {
  handler: async (event) => {
    throw new RangeError(event.fail);
  },
};

exports.throws_text = async (event) => {
  throw event.fail;
};

exports.circular = async () => {
  const answer = {};
  answer.self = answer;
  return answer;
};

exports.rejects_aside = async (event) => {
  Promise.reject(new RangeError(event.fail));
  await new Promise((resolve) => setTimeout(resolve, 5000));
};

exports.throws_aside = async (event) => {
  setImmediate(() => {
    throw new RangeError(event.fail);
  });
  await new Promise((resolve) => setTimeout(resolve, 5000));
};

exports.exits = async () => {
  process.exit(3);
};

exports.hangs = async () => {
  await new Promise((resolve) => setTimeout(resolve, 60_000));
};

exports.streams = awslambda.streamifyResponse(async (event, stream) => {
  stream.write("first ");
  if (event.fail !== undefined) throw new RangeError(event.fail);
  stream.end("last");
});
