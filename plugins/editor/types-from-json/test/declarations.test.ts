import assert from "node:assert/strict";
import { test } from "node:test";

import { declarations } from "../src/declarations.ts";

test("objects are interfaces, the outer ones first", () => {
  const json = `{"id": 7, "name": "a", "owner": {"email": null, "first-name": "Ada"}, "tags": ["a", 1, null], "none": []}`;
  assert.equal(
    declarations(json),
    `export interface Root {
  id: number;
  name: string;
  owner: Owner;
  tags: (string | number | null)[];
  none: unknown[];
}

export interface Owner {
  email: null;
  "first-name": string;
}
`,
  );
});

test("what several objects have in common is one type, and what some lack is optional", () => {
  const json = `[{"kind": "a", "size": 1}, {"kind": "b", "children": [{"x": true}, {"x": null}]}]`;
  assert.equal(
    declarations(json, "Nodes", "\t"),
    `export type Nodes = Node[];

export interface Node {
\tkind: string;
\tsize?: number;
\tchildren?: Child[];
}

export interface Child {
\tx: boolean | null;
}
`,
  );
});

test("what looks the same is one type, and what has one name twice is two", () => {
  const json = `{"home": {"city": "a"}, "work": {"city": "b"}, "a": {"item": {"x": 1}}, "b": {"item": {"y": 1}}}`;
  const text = declarations(json);
  assert.match(text, /home: Home;\n  work: Home;/);
  assert.match(text, /interface Item \{\n  x: number;/);
  assert.match(text, /interface Item2 \{\n  y: number;/);
});

test("a value that is no object is a type of its own", () => {
  assert.equal(declarations("3"), "export type Root = number;\n");
  assert.equal(declarations("[[1], []]"), "export type Root = number[][];\n");
  assert.throws(() => declarations("{"), SyntaxError);
});
