/** The requests to Sentry that are under way, and whether the process stays alive for them. */

import * as http from "node:http";
import * as https from "node:https";

/** Nobody waits for an answer as long as this; what hangs longer is given up. */
const REQUEST_TIMEOUT_MS = 10_000;

/** Takes the place of node:http or node:https in the SDK's transport. */
export class Connections {
  #module;
  #underWay = new Set();
  #isHeld = true;

  constructor(url) {
    this.#module = url.startsWith("https:") ? https : http;
    this.request = this.request.bind(this);
  }

  request(options, listener) {
    const request = this.#module.request(options, listener);
    this.#underWay.add(request);
    request.once("close", () => this.#underWay.delete(request));
    request.once("socket", () => this.#isHeld || letGo(request));
    request.setTimeout(REQUEST_TIMEOUT_MS, () => request.destroy(new Error("no answer from Sentry")));
    return request;
  }

  hold() {
    this.#isHeld = true;
    for (const request of this.#underWay) request.socket?.ref();
  }

  letGo() {
    this.#isHeld = false;
    for (const request of this.#underWay) letGo(request);
  }
}

function letGo(request) {
  request.socket?.unref();
}
