// Enlarges pixels to squares.

export const filter = {
  settings: () => [{ name: "size", value: "8" }],

  apply({ width, height, pixels }, settings) {
    const size = Number(settings.find(({ name }) => name === "size").value);
    if (!Number.isInteger(size) || size < 1) {
      throw { tag: "setting", val: "`size` must be a number of pixels, 1 or more" };
    }
    const out = new Uint8Array(pixels.length);
    const from = new Uint32Array(pixels.buffer, pixels.byteOffset, width * height);
    const to = new Uint32Array(out.buffer);
    for (let y = 0; y < height; y++) {
      const row = (y - (y % size)) * width;
      for (let x = 0; x < width; x++) {
        to[y * width + x] = from[row + x - (x % size)];
      }
    }
    return { width, height, pixels: out };
  },
};
