/// <reference path="./host.d.ts" />

import type { Decoration } from "witdock:editor/decorations@0.1.0";
import type { Document } from "witdock:editor/documents@0.1.0";
import type { Panel } from "witdock:editor/panels@0.1.0";
import type { Answer, Completion, Event, HoverText, Registration } from "witdock:editor/plugin@0.1.0";
import type { ChoiceQuestion, TextQuestion } from "witdock:editor/prompts@0.1.0";
import type { Segment } from "witdock:editor/status-line@0.1.0";
import type { DocumentVersion, Invocation, SelectionSet, Severity } from "witdock:editor/types@0.1.0";

/** The initial state of a test editor. */
export interface Options {
  text?: string;
  path?: string;
  language?: string;
  /** The plugin's table in the editor's configuration. */
  settings?: object;
  /** The texts of the files that can be read, by path. */
  files?: Record<string, string>;
}

/** Imports a plugin's module and starts it in an editor with one document. */
export function load(url: URL, options?: Options): Promise<Editor>;

/** An editor with one document, for tests. */
export interface Editor {
  readonly document: Document;
  readonly text: string;
  readonly selections: SelectionSet;
  readonly version: DocumentVersion;
  readonly registration: Registration;
  /** The messages shown. Those in the status line have no severity. */
  messages: { severity?: Severity; text: string }[];
  segments: Map<string, Segment>;
  panels: Map<string, Panel>;
  decorations: Map<string, Decoration[]>;
  questions: ((TextQuestion | ChoiceQuestion) & { ticket: number })[];
  timers: { ticket: number; after: number; repeats: boolean }[];
  jobs: Invocation[];
  clipboard: string;
  state?: { save(): Uint8Array; restore(saved: Uint8Array): void };
  /** Selects one range; without `head` it is a cursor. */
  select(anchor: number, head?: number): void;
  /** Runs a command of the plugin. If it throws, text and selections do not change. */
  run(name: string, argument?: string): void;
  /** Sends an event. */
  tell<Tag extends Event["tag"]>(tag: Tag, val: Extract<Event, { tag: Tag }>["val"]): void;
  /** Types text at the cursor and sends the event. */
  type(text: string): void;
  /** Formats the document, as saving does. */
  format(): void;
  complete(offset?: number): Completion[];
  hover(offset?: number): HoverText | undefined;
  /** Answers the oldest question. */
  answer(answer: Answer): void;
}
