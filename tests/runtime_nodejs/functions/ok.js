exports.handler = async (event) => ({ ok: true, event, leftover: process.env.NODE_OPTIONS ?? null });
