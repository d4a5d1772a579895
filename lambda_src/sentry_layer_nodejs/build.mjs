/** Bundles the layer into the folder that is given: `node build.mjs /path/to/opt`. */

import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { build } from "esbuild";

const PACKAGES = ["@sentry/core", "@sentry/node-core"];

const layer = join(resolve(process.argv[2]), "nodejs", "node_modules", "cdk_sentry_layer");
const require = createRequire(import.meta.url);

await build({
  entryPoints: { index: "src/start/index.js", sdk: "src/sdk/index.js", exit: "src/sdk/exit.js" },
  outdir: layer,
  bundle: true,
  platform: "node",
  // The oldest runtime that the layer serves.
  target: "node20",
  format: "cjs",
  minify: true,
  legalComments: "none",
  define: { __SENTRY_DEBUG__: "false" },
  logLevel: "warning",
});
await copyFile("src/start/entry.mjs", join(layer, "entry.mjs"));
await writeFile(join(layer, "package.json"), `${JSON.stringify({ name: "cdk_sentry_layer", main: "index.js" })}\n`);
await mkdir(join(layer, "licenses"));
for (const name of PACKAGES) {
  const { license } = require(`${name}/package.json`);
  if (license !== "MIT") throw new Error(`${name} is under ${license}, expected MIT: say so in the layer's license`);
  const home = dirname(require.resolve(`${name}/package.json`));
  await copyFile(join(home, "LICENSE"), join(layer, "licenses", name.replace("/", "-")));
}
