// What the answer says.

/** The most bytes of a body that the answer shows. */
export const SHOWN = 1024;

/** The request as an object. Its headers are a list of pairs, as they arrived. */
export async function described(request) {
  const { bytes, begins } = await read(request.body);
  return { method: request.method, url: request.url, headers: [...request.headers], body: { bytes, begins } };
}

/** Reads a body to its end, and keeps its beginning. */
async function read(body) {
  const shown = new Uint8Array(SHOWN);
  let bytes = 0;
  for (const reader = body?.getReader(); reader !== undefined; ) {
    const { done, value } = await reader.read();
    if (done) {
      break;
    }
    if (bytes < SHOWN) {
      shown.set(value.subarray(0, SHOWN - bytes), bytes);
    }
    bytes += value.length;
  }
  return { bytes, begins: new TextDecoder().decode(shown.subarray(0, Math.min(bytes, SHOWN))) };
}
