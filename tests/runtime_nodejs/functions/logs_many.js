exports.handler = async ({ lines, fail }) => {
  for (let line = 0; line < lines; line += 1) console.error(`bad record ${line}`);
  if (fail !== undefined) throw new TypeError(fail);
  return { ok: true };
};
