/** The function's handler in every form that AWS takes, followed from outside. */

import { CONTEXT_FRAMES, makeRoomForFrames, PLAIN_FRAMES, withoutOwnFrames } from "./stack.js";

const STREAMING = Symbol.for("aws.lambda.runtime.handler.streaming");

/**
 * A handler that does what `own` does and tells the monitor of it.
 *
 * The runtime looks at a handler's number of parameters and at the properties that `awslambda.streamifyResponse` set:
 * they are those of `own`.
 */
export function followHandler(own, monitor) {
  const contextAt = own[STREAMING] === undefined ? 1 : 2;

  function handler(...parameters) {
    const invocation = monitor.begin(parameters[0], parameters[contextAt]);
    const hasContext = monitor.hasContext(invocation);
    const room = hasContext ? CONTEXT_FRAMES : PLAIN_FRAMES;
    if (contextAt === 1) followCallbacks(parameters, invocation, monitor, room);
    const endRoom = makeRoomForFrames(room);
    const receiver = asReceiver(this, own);
    let answer;
    try {
      answer = hasContext
        ? monitor.run(invocation, () => own.apply(receiver, parameters))
        : own.apply(receiver, parameters);
      endRoom();
    } catch (error) {
      endRoom();
      const reported = monitor.failed(invocation, error);
      const shown = withoutOwnFrames(error, room);
      if (reported === undefined) throw shown;
      return reported.then(() => {
        throw shown;
      });
    }
    return typeof answer?.then === "function"
      ? settled(answer, invocation, monitor, room)
      : answered(answer, invocation);
  }

  // Neither a promise nor a callback yet: the runtime waits for the callback, or for the event loop.
  function answered(answer, invocation) {
    if (answer !== undefined && own.length < 3) monitor.succeeded(invocation);
    return answer;
  }

  for (const key of Reflect.ownKeys(own)) {
    const property = Object.getOwnPropertyDescriptor(own, key);
    if (key !== "prototype" && Object.getOwnPropertyDescriptor(handler, key)?.configurable !== false) {
      Object.defineProperty(handler, key, property);
    }
  }
  return handler;
}

/** V8 names a function in a stack trace by the property of its receiver that holds it: the runtime's is `handler`. */
function asReceiver(runtime, own) {
  return runtime?.handler === undefined
    ? runtime
    : Object.create(runtime, { handler: { value: own, enumerable: true } });
}

/** By `then`, not by `await`, which would be a frame in the stack traces of what the handler awaits. */
function settled(promise, invocation, monitor, room) {
  return promise.then(
    (answer) => {
      const reported = monitor.succeeded(invocation);
      return reported === undefined ? answer : reported.then(() => answer);
    },
    (error) => {
      const reported = monitor.failed(invocation, error);
      const shown = withoutOwnFrames(error, room);
      if (reported === undefined) throw shown;
      return reported.then(() => {
        throw shown;
      });
    },
  );
}

/** The third parameter, and `done`, `succeed` and `fail` of the context. */
function followCallbacks(parameters, invocation, monitor, room) {
  const [, context, callback] = parameters;
  const follow = (call, isFailure) =>
    function followed(...values) {
      const failed = isFailure(values);
      if (failed) withoutOwnFrames(values[0], room);
      const reported = failed ? monitor.failed(invocation, values[0]) : monitor.succeeded(invocation);
      return reported === undefined ? call.apply(this, values) : void reported.then(() => call.apply(this, values));
    };
  const hasError = ([error]) => error !== undefined && error !== null && error !== false;
  try {
    if (typeof callback === "function") parameters[2] = follow(callback, hasError);
    for (const [name, isFailure] of [
      ["done", hasError],
      ["succeed", () => false],
      ["fail", () => true],
    ]) {
      if (typeof context?.[name] === "function") context[name] = follow(context[name], isFailure);
    }
  } catch {
    // A context that cannot be changed: what goes through it is seen when the runtime posts it.
  }
}
