// Runs a plugin natively, for its tests under `node --test`, in an in-memory editor with one document:
//
//   import { load } from "@witdock/editor/testing";
//
//   const editor = await load(new URL("../src/plugin.js", import.meta.url), { text: "hello" });
//   editor.select(0, 5);
//   editor.run("shout");
//   assert.equal(editor.text, "HELLO");
//
// Offsets are bytes of UTF-8, as in a component. The test editor refuses the same calls as the real one.

import { host } from "../common/testing.js";
import { Document, bytes, isBoundary } from "./testing-document.js";

/** The editor that plugins see: the one loaded last. */
let editor;
let loaded = 0;

/** Imports a plugin's module and starts it in an editor with this text. */
export async function load(url, { text = "", path = "file.txt", language = "text", settings = {}, files = {} } = {}) {
  editor = new Editor(new Document(text, path, language), files);
  const module = await import(`${url}?${loaded++}`);
  if (module.plugin === undefined) {
    throw new Error(`${url} does not export \`plugin\``);
  }
  editor.start(module, JSON.stringify(settings));
  return editor;
}

class Editor {
  #document;
  #plugin;
  #tickets = 0;
  /** The plugin's registration. */
  registration;
  /** The module's export `state`, if it has one. */
  state;
  /** The messages shown: `{ severity, text }`. Those in the status line have no severity. */
  messages = [];
  /** By name: segments of the status line, open panels, and sets of decorations. */
  segments = new Map();
  panels = new Map();
  decorations = new Map();
  /** The open questions, with tickets. `answer` answers the oldest one. */
  questions = [];
  timers = [];
  /** The queued commands. */
  jobs = [];
  clipboard = "";
  files;
  settings = "{}";

  constructor(document, files) {
    this.#document = document;
    this.files = files;
  }

  start(module, settings) {
    this.#plugin = module.plugin;
    this.state = module.state;
    this.settings = settings;
    this.registration = module.plugin.activate(settings);
  }

  get document() {
    return this.#document;
  }

  get text() {
    return this.#document.wholeText();
  }

  get selections() {
    return this.#document.selections;
  }

  get version() {
    return { document: this.#document.id(), revision: this.#document.revision() };
  }

  ticket() {
    return ++this.#tickets;
  }

  /** Selects one range; without `head` it is a cursor. */
  select(anchor, head = anchor) {
    this.#document.selections = { selections: [{ anchor, head }], primary: 0 };
  }

  /** Runs a command of the plugin. If it throws, text and selections do not change. */
  run(name, argument) {
    const known = this.registration.commands.map((command) => command.name);
    if (!known.includes(name)) {
      throw new Error(`the plugin has registered no command \`${name}\`, only ${known.join(", ")}`);
    }
    const before = this.#document.saved();
    try {
      this.#plugin.runCommand(name, argument);
    } catch (error) {
      this.#document.restore(before);
      throw error;
    }
  }

  /** Sends an event: `tell("idle", version)`. */
  tell(tag, val) {
    this.#plugin.onEvent({ tag, val });
  }

  /** Types text at the cursor and sends the event. */
  type(text) {
    const at = this.#document.cursor();
    const before = this.#document.revision();
    const edits = [{ range: { start: at, end: at }, text }];
    this.#document.apply(before, edits);
    this.tell("changed", { version: this.version, before, edits, origin: "typed" });
  }

  /** Formats the document, as saving does. */
  format() {
    this.#document.apply(this.#document.revision(), this.#plugin.format(this.version));
  }

  complete(offset = this.#document.cursor()) {
    return this.#plugin.complete({ version: this.version, offset });
  }

  hover(offset = this.#document.cursor()) {
    return this.#plugin.hover({ version: this.version, offset }) ?? undefined;
  }

  /** Answers the oldest question: `{ tag: "text", val }`, `{ tag: "chosen", val }` or `{ tag: "cancelled" }`. */
  answer(answer) {
    const { ticket } = this.questions.shift();
    this.tell("answered", { question: ticket, answer });
  }
}

const known = (id) => id === editor.document.id();
const named = (version, tag = "no-such-document") => {
  if (!known(version.document)) {
    throw { tag };
  }
  if (version.revision !== editor.document.revision()) {
    throw { tag: "stale", val: editor.document.revision() };
  }
};
const timer = (after, repeats) => {
  const ticket = editor.ticket();
  editor.timers.push({ ticket, after: Math.max(after, 10), repeats });
  return ticket;
};
const ask = (question) => {
  const ticket = editor.ticket();
  editor.questions.push({ ticket, ...question });
  return ticket;
};

host(
  {
    "witdock:editor/documents": {
      Document,
      current: () => editor.document,
      openDocuments: () => [editor.document],
      byId: (id) => (known(id) ? editor.document : null),
    },
    "witdock:editor/selections": {
      get: (id) => (known(id) ? editor.selections : null),
      cursor: (id) => (known(id) ? editor.document.cursor() : null),
      set(version, set) {
        named(version);
        if (set.selections[set.primary] === undefined) {
          throw { tag: "empty" };
        }
        let end = 0;
        set.selections.forEach(({ anchor, head }, index) => {
          const [from, to] = anchor < head ? [anchor, head] : [head, anchor];
          if (to > editor.document.length()) {
            throw { tag: "out-of-range", val: index };
          }
          if (![from, to].every((at) => isBoundary(bytes(editor.text), at))) {
            throw { tag: "not-on-boundary", val: index };
          }
          if (from < end) {
            throw { tag: "overlapping", val: index };
          }
          end = to;
        });
        editor.document.selections = set;
      },
    },
    "witdock:editor/viewport": {
      current: () => ({ version: editor.version, firstLine: 0, endLine: editor.document.lineCount(), columns: 80 }),
      show: ({ offset }) => editor.select(offset),
    },
    "witdock:editor/workspace": {
      root: () => "/workspace",
      openDocuments: () => [editor.document.info()],
      readFile(path) {
        if (!Object.hasOwn(editor.files, path)) {
          throw { tag: "not-found" };
        }
        return editor.files[path];
      },
    },
    "witdock:editor/messages": {
      status: (text) => editor.messages.push({ text }),
      notify: (severity, text) => editor.messages.push({ severity, text }),
    },
    "witdock:editor/status-line": {
      set: (name, segment) => editor.segments.set(name, segment),
      clear: (name) => editor.segments.delete(name),
    },
    "witdock:editor/panels": {
      show: (name, panel) => editor.panels.set(name, panel),
      hide: (name) => editor.panels.delete(name),
      isOpen: (name) => editor.panels.has(name),
    },
    "witdock:editor/decorations": {
      set(version, name, decorations) {
        named(version);
        editor.decorations.set(name, decorations);
      },
      clear: (_document, name) => editor.decorations.delete(name),
    },
    "witdock:editor/prompts": {
      ask,
      pick: ask,
      withdraw: (ticket) => (editor.questions = editor.questions.filter((question) => question.ticket !== ticket)),
    },
    "witdock:editor/clipboard": {
      read: () => editor.clipboard,
      write: (text) => (editor.clipboard = text),
    },
    "witdock:editor/settings": { current: () => editor.settings },
    "witdock:editor/timers": {
      once: (after) => timer(after, false),
      every: (period) => timer(period, true),
      cancel: (ticket) => (editor.timers = editor.timers.filter((timer) => timer.ticket !== ticket)),
    },
    "witdock:editor/jobs": {
      run(invocation) {
        editor.jobs.push(invocation);
        return editor.ticket();
      },
    },
    "witdock:plugin/log": { write() {}, panicked() {}, maxLevel: () => "error" },
  },
  { "@witdock/editor": new URL("index.js", import.meta.url).href },
);
