export const handler = async (event) => {
  if (event.fail !== undefined) throw new TypeError(event.fail);
  return { ok: true };
};
