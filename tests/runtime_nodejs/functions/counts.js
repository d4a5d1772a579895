globalThis.loads = (globalThis.loads ?? 0) + 1;
let calls = 0;

exports.handler = async () => ({ loads: globalThis.loads, calls: ++calls });
