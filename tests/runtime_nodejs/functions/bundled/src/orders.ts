export const handler = async (event: { fail?: string }): Promise<void> => {
  const reason: string = event.fail ?? "unknown";
  throw new RangeError(reason);
};
