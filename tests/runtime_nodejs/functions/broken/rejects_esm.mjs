export const handler = await Promise.reject(new RangeError("no configuration"));
