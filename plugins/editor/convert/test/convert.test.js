import assert from "node:assert/strict";
import { test } from "node:test";

import { CONVERSIONS, convert } from "../src/convert.js";

test("names change their form", () => {
  for (const name of ["some HTTPServer name", "someHTTPServerName", "some_http-server.name"]) {
    assert.equal(convert("camel", name), "someHttpServerName");
    assert.equal(convert("pascal", name), "SomeHttpServerName");
    assert.equal(convert("snake", name), "some_http_server_name");
    assert.equal(convert("kebab", name), "some-http-server-name");
    assert.equal(convert("constant", name), "SOME_HTTP_SERVER_NAME");
  }
  assert.equal(convert("snake", "größteÜbung2"), "größte_übung2");
});

test("what is encoded is decoded", () => {
  for (const text of ["a b&c=é", 'line\n"quoted"', "😀"]) {
    assert.equal(convert("url-decode", convert("url-encode", text)), text);
    assert.equal(convert("json-unescape", convert("json-escape", text)), text);
  }
});

test("numbers of any size keep their value", () => {
  assert.equal(convert("hex", "255"), "0xff");
  assert.equal(convert("decimal", "0xFFFF_FFFF_FFFF_FFFF"), "18446744073709551615");
  assert.equal(convert("decimal", "0b101"), "5");
});

test("what does not apply says why", () => {
  assert.throws(() => convert("hex", "0x1"), (why) => why === "`0x1` is not a decimal number");
  assert.throws(() => convert("url-decode", "%"), (why) => why === "this is not part of a URL");
  assert.throws(() => convert("json-unescape", "1"), (why) => why === "this is JSON, but not a string");
  assert.ok(Object.keys(CONVERSIONS).length > 10);
});
