// The document of the test editor.

export const bytes = (text) => new TextEncoder().encode(text);
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Whether an offset is between two characters. */
export const isBoundary = (text, offset) => offset === text.length || (text[offset] & 0xc0) !== 0x80;

/** Implements `documents.document` of the interface. */
export class Document {
  #text;
  #revision = 1;
  #info;
  selections = { selections: [{ anchor: 0, head: 0 }], primary: 0 };

  constructor(text, path, language) {
    this.#text = bytes(text);
    this.#info = { path, language };
  }

  saved() {
    return { text: this.#text, selections: structuredClone(this.selections) };
  }

  /** Undoes the changes since then. Revisions are never reused. */
  restore({ text, selections }) {
    this.#revision += text === this.#text ? 0 : 1;
    this.#text = text;
    this.selections = selections;
  }

  id() {
    return 1;
  }

  revision() {
    return this.#revision;
  }

  info() {
    const version = { document: this.id(), revision: this.#revision };
    return { version, ...this.#info, modified: this.#revision > 1 };
  }

  readOnly() {
    return false;
  }

  indentation() {
    return { tag: "spaces", val: 2 };
  }

  lineEnding() {
    return this.wholeText().includes("\r\n") ? "\r\n" : "\n";
  }

  length() {
    return this.#text.length;
  }

  lineCount() {
    return this.wholeText().split("\n").length;
  }

  text({ start, end }) {
    if (start > end || end > this.#text.length) {
      throw { tag: "out-of-range", val: this.#text.length };
    }
    const inside = [start, end].find((at) => !isBoundary(this.#text, at));
    if (inside !== undefined) {
      throw { tag: "not-on-boundary", val: inside };
    }
    return decoder.decode(this.#text.subarray(start, end));
  }

  wholeText() {
    return decoder.decode(this.#text);
  }

  lines(first, count) {
    let start = 0;
    const lines = this.wholeText().split("\n").map((line) => {
      const text = line.replace(/\r$/, "");
      const found = { start, text };
      start += bytes(line).length + 1;
      return found;
    });
    return lines.slice(first, first + count);
  }

  lineAt(offset) {
    return decoder.decode(this.#text.subarray(0, offset)).split("\n").length - 1;
  }

  cursor() {
    const { selections, primary } = this.selections;
    return selections[primary].head;
  }

  apply(against, edits) {
    if (against !== this.#revision) {
      throw { tag: "stale", val: this.#revision };
    }
    let end = 0;
    edits.forEach(({ range }, index) => {
      if (range.start > range.end || range.end > this.#text.length) {
        throw { tag: "out-of-range", val: index };
      }
      if (![range.start, range.end].every((at) => isBoundary(this.#text, at))) {
        throw { tag: "not-on-boundary", val: index };
      }
      if (range.start < end) {
        throw { tag: "overlapping", val: index };
      }
      end = range.end;
    });
    if (edits.length > 0) {
      const changes = edits.map(({ range, text }) => ({ ...range, text: bytes(text) }));
      const moved = (at) => {
        let by = 0;
        for (const { start, end, text } of changes) {
          if (end <= at) {
            by += text.length - (end - start);
          } else if (start < at) {
            return start + by + text.length;
          }
        }
        return at + by;
      };
      const pieces = [];
      let from = 0;
      for (const { start, end, text } of changes) {
        pieces.push(this.#text.subarray(from, start), text);
        from = end;
      }
      pieces.push(this.#text.subarray(from));
      this.#text = Uint8Array.from(Buffer.concat(pieces));
      this.selections = {
        ...this.selections,
        selections: this.selections.selections.map(({ anchor, head }) => ({ anchor: moved(anchor), head: moved(head) })),
      };
      this.#revision++;
    }
    return this.#revision;
  }

  [Symbol.dispose ?? Symbol.for("dispose")]() {}
}
