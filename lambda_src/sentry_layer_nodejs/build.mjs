/** Bundles the layer into the folder that is given: `node build.mjs /path/to/opt`. */

import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { build } from "esbuild";

const layer = join(resolve(process.argv[2]), "nodejs", "node_modules", "cdk_sentry_layer");

const { metafile } = await build({
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
  metafile: true,
});
await copyFile("src/start/entry.mjs", join(layer, "entry.mjs"));
await writeFile(join(layer, "package.json"), json({ name: "cdk_sentry_layer", main: "index.js" }));
for (const home of bundledPackages(metafile)) {
  const { name, version, license } = JSON.parse(await readFile(join(home, "package.json"), "utf8"));
  const notice = join(layer, "licenses", ...name.split("/"));
  await mkdir(notice, { recursive: true });
  await writeFile(join(notice, "package.json"), json({ name, version, license }));
  await copyFile(join(home, "LICENSE"), join(notice, "LICENSE"));
}

/** The folders of the packages of which anything got into the bundle. */
function bundledPackages({ outputs }) {
  const inputs = Object.values(outputs).flatMap((output) => Object.entries(output.inputs));
  const bundled = inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([path]) => path);
  return new Set(bundled.map((path) => path.match(/.*node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0]).filter(Boolean));
}

function json(value) {
  return `${JSON.stringify(value)}\n`;
}
