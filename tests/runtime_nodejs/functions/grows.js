const { randomBytes } = require("node:crypto");

exports.handler = async ({ number }) => {
  // 100 breadcrumbs of up to 2 KB each.
  for (let line = 0; line < number % 100; line++) console.debug(randomBytes(500).toString("hex"));
  throw new Error(`order ${number}`);
};
