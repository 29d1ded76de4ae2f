// SHA-256 (FIPS 180-4), which is not available in a component.

/** The first 32 bits of the fractional parts of the roots of the first primes. */
function roots(count, root) {
  const words = new Int32Array(count);
  const primes = [];
  for (let number = 2; primes.length < count; number++) {
    if (primes.every((prime) => number % prime !== 0)) {
      // Exact: the integer part of the root of number * 2^(32 * degree).
      words[primes.length] = Number(BigInt.asIntN(32, root(BigInt(number))));
      primes.push(number);
    }
  }
  return words;
}

function wholeRoot(number, degree) {
  let [low, high] = [0n, 1n << 70n];
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (middle ** degree <= number) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return low;
}

const ROUNDS = roots(64, (prime) => wholeRoot(prime << 96n, 3n));
const START = roots(8, (prime) => wholeRoot(prime << 64n, 2n));

const BLOCK_BYTES = 64;
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
const schedule = new Int32Array(64);

function addBlock(hash, block, start) {
  const w = schedule;
  for (let i = 0; i < 16; i++) {
    const at = start + i * 4;
    w[i] = (block[at] << 24) | (block[at + 1] << 16) | (block[at + 2] << 8) | block[at + 3];
  }
  for (let i = 16; i < 64; i++) {
    const x = w[i - 15];
    const y = w[i - 2];
    w[i] =
      w[i - 16] +
      w[i - 7] +
      (((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3)) +
      (((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10));
  }
  let [a, b, c, d, e, f, g, h] = hash;
  for (let i = 0; i < 64; i++) {
    const one =
      (h +
        (((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))) +
        (g ^ (e & (f ^ g))) +
        ROUNDS[i] +
        w[i]) |
      0;
    const two =
      (((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))) + ((a & (b | c)) | (b & c));
    h = g;
    g = f;
    f = e;
    e = (d + one) | 0;
    d = c;
    c = b;
    b = a;
    a = (one + two) | 0;
  }
  hash[0] += a;
  hash[1] += b;
  hash[2] += c;
  hash[3] += d;
  hash[4] += e;
  hash[5] += f;
  hash[6] += g;
  hash[7] += h;
}

/** The hash of bytes, in hexadecimal. */
export function sha256(bytes) {
  // Padding: a 1 after the bytes, and the number of bits at the end of the last block.
  const padded = new Uint8Array(Math.ceil((bytes.length + 9) / BLOCK_BYTES) * BLOCK_BYTES);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  new DataView(padded.buffer).setBigUint64(padded.length - 8, BigInt(bytes.length) * 8n);
  const hash = Int32Array.from(START);
  for (let start = 0; start < padded.length; start += BLOCK_BYTES) {
    addBlock(hash, padded, start);
  }
  let hex = "";
  for (const word of hash) {
    hex += HEX[word >>> 24] + HEX[(word >>> 16) & 255] + HEX[(word >>> 8) & 255] + HEX[word & 255];
  }
  return hex;
}
