exports.handler = (event, _context, callback) => {
  setImmediate(() => {
    if (event.fail !== undefined) callback(new RangeError(event.fail));
    else callback(null, { ok: true });
  });
};
