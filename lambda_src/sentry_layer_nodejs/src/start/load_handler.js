/**
 * Loads the function's handler as AWS's runtime client does: its order of file names, its errors.
 *
 * The client before version 4 requires what is CommonJS, from version 4 on it imports everything
 * (aws-lambda-ric, UserFunction.js and module-loader.js).
 */

import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const EXTENSIONS = ["", ".js", ".mjs", ".cjs"];

/**
 * @param handlerString such as `index.handler`, `folder/index.handler`, `index.nested.handler`.
 * @param runtimeMain the runtime's main module, which requires the function's; undefined where that is not known.
 * @throws what the runtime throws for this handler.
 */
export async function loadHandler(handlerString, runtimeMain) {
  if (handlerString.includes("..")) {
    throw runtimeError(
      "MalformedHandlerName",
      `'${handlerString}' is not a valid handler name. Use absolute paths when specifying root directories in ` +
        "handler names.",
    );
  }
  const name = basename(handlerString);
  const folder = handlerString.slice(0, handlerString.indexOf(name));
  const [, moduleName, path] = /^([^.]*)\.(.*)$/.exec(name) ?? [];
  if (moduleName === undefined) throw runtimeError("MalformedHandlerName", "Bad handler");
  const module = await loadModule(process.env.LAMBDA_TASK_ROOT ?? process.cwd(), folder, moduleName, runtimeMain);
  const handler = at(module, path) ?? at(module?.default, path);
  if (!handler) throw runtimeError("HandlerNotFound", `${handlerString} is undefined or not exported`);
  if (typeof handler !== "function") throw runtimeError("HandlerNotFound", `${handlerString} is not a function`);
  return handler;
}

function at(module, path) {
  return path.split(".").reduce((nested, key) => nested?.[key], module);
}

async function loadModule(root, folder, name, runtimeMain) {
  const path = resolve(root, folder, name);
  // The modules that a missing module's error names as those that require it include the runtime's own.
  const require = createRequire(runtimeMain ?? join(root, "index.js"));
  const requires = process.listenerCount("uncaughtException") > 0;
  for (const extension of EXTENSIONS) {
    const file = path + extension;
    if (!existsSync(file)) continue;
    return requires && !isEsModule(file) ? require(file) : await import(pathToFileURL(file).href);
  }
  return require(require.resolve(name, { paths: [root, join(root, folder)] }));
}

function isEsModule(file) {
  if (!file.endsWith(".js")) return file.endsWith(".mjs");
  for (let folder = dirname(file); !folder.endsWith("/node_modules"); folder = dirname(folder)) {
    const description = join(folder, "package.json");
    if (existsSync(description)) return typeOf(description) === "module";
    if (folder === dirname(folder)) break;
  }
  return false;
}

function typeOf(description) {
  try {
    return JSON.parse(readFileSync(description, "utf8")).type;
  } catch {
    return undefined;
  }
}

function runtimeError(name, message) {
  const error = new Error(message);
  error.name = `Runtime.${name}`;
  return error;
}
