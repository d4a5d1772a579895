/**
 * The time after the response: AWS's runtime client posts an answer and asks for the next event through a native
 * addon, `rapid-client.node`, with the functions `done`, `error` and `next`. A module that is loaded before the runtime
 * can see the addon when it is loaded, and follow the three.
 */

import { basename } from "node:path";

const ADDON = "rapid-client.node";

/**
 * Follows the runtime's client once it is loaded. On hosts without it nothing is ever called.
 *
 * @param listener with `loaded(addon)`, `posted(requestId, errorJson)` after an answer was posted, and `beforeNext()`,
 *   whose promise, if it returns one, is waited for before the next event is asked for; it must not reject.
 */
export function followRuntimeClient(listener) {
  const dlopen = process.dlopen;
  process.dlopen = function followed(module, filename, ...rest) {
    const result = dlopen.call(this, module, filename, ...rest);
    if (basename(filename) === ADDON && isClient(module.exports)) {
      process.dlopen = dlopen;
      follow(module.exports, listener);
      listener.loaded(filename);
    }
    return result;
  };
}

function isClient(exports) {
  return ["next", "done", "error"].every((name) => typeof exports?.[name] === "function");
}

function follow(client, listener) {
  const { next, done, error } = client;
  client.next = () => {
    const reported = listener.beforeNext();
    return reported === undefined ? next() : reported.then(() => next());
  };
  client.done = (...parameters) => {
    const result = done(...parameters);
    listener.posted(decodeURIComponent(parameters[0]), undefined);
    return result;
  };
  client.error = (...parameters) => {
    const result = error(...parameters);
    listener.posted(decodeURIComponent(parameters[0]), parameters[1]);
    return result;
  };
}
