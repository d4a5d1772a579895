const http = require("node:http");

exports.handler = async () => {
  await new Promise((resolve) => setTimeout(resolve, 50));
  return { ok: true };
};

exports.asks_http = async () => {
  const { hostname, port, pathname } = new URL(process.env.OTHER);
  const response = await new Promise((resolve, reject) => {
    http.get({ hostname, port, path: pathname }, resolve).on("error", reject);
  });
  response.resume();
  await new Promise((resolve) => response.once("end", resolve));
  return { status: response.statusCode };
};

exports.asks_fetch = async () => {
  const { host, pathname } = new URL(process.env.OTHER);
  const response = await fetch(`http://${host}${pathname}`);
  await response.text();
  return { status: response.status };
};
