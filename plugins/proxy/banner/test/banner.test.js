import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "../../../../guest-sdk/javascript/proxy/testing.js";
import { afterBody } from "../src/html.js";

const plugin = new URL("../src/plugin.js", import.meta.url);
const settings = { text: "Staging <1>", link: "/status?a&b" };
const PAGE = '<!doctype html><title>é <body></title><!-- <body> --><BODY class="a>b">text</body>';

async function shown(given, own = settings) {
  const headers = { "content-type": "text/html; charset=utf-8", ...given.headers };
  const proxy = await load(plugin, { settings: own, upstream: () => ({ ...given, headers }) });
  return proxy.run({ headers: { accept: "text/html", "accept-encoding": "gzip" } });
}

test("the banner comes after the body's tag, wherever the page is cut", async () => {
  const { length } = new TextEncoder().encode(PAGE);
  for (let cut = 0; cut <= length; cut += 3) {
    const bytes = new TextEncoder().encode(PAGE);
    const { response, request } = await shown({ pieces: [bytes.slice(0, cut), bytes.slice(cut)], headers: { etag: '"1"' } });
    const [before, after] = response.body.split(/<div role="status".*<\/div>/);
    assert.deepEqual([before + after, before.endsWith('<BODY class="a>b">')], [PAGE, true], `cut at ${cut}`);
    assert.ok(response.body.includes('<a href="/status?a&amp;b" style="color:inherit">Staging &lt;1&gt;</a>'));
    assert.deepEqual([response.get("etag"), request.get("accept-encoding")], ['W/"1"', undefined]);
  }
});

test("other responses pass as they are", async () => {
  for (const given of [
    { body: PAGE, headers: { "content-type": "text/plain" } },
    { body: PAGE, headers: { "content-type": "text/html; charset=latin1" } },
    { body: PAGE, headers: { "content-encoding": "gzip" } },
    { body: PAGE, status: 404 },
  ]) {
    const { response } = await shown(given);
    assert.deepEqual([response.body, response.get("content-length")], [PAGE, String(new TextEncoder().encode(PAGE).length)]);
  }
  assert.equal((await shown({ body: "<p>no tag" })).response.body, "<p>no tag");
});

test("a page without a body's tag is held no longer than needed", async () => {
  const piece = "<p>".padEnd(40_000, "x");
  const { response } = await shown({ pieces: [piece, piece, "end"] });
  assert.deepEqual(response.pieces, [piece + piece, "end"]);
  assert.deepEqual([afterBody("<bod", false), afterBody("<bod", true)], [undefined, -1]);
});

test("settings that do not fit say what is expected", async () => {
  const refused = (own, expected) => assert.rejects(shown({}, own), (error) => String(error).includes(expected));
  await refused({}, "missing field `text`");
  await refused({ text: " " }, "`text` is empty");
  await refused({ text: "a", link: "javascript:alert(1)" }, "expected an address that begins with");
  await refused({ text: "a", colour: "red;" }, "expected one such as `#b00020`");
});
