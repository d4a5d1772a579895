import layer from "./index.js";

export const handler = await layer.loadHandler();
export default handler;
