// Made by witdock from the WIT: the interfaces of a world, as modules.

/** Lines for the host's log, under the plugin's name. Always lent; the host limits lines per second. */
declare module "witdock:plugin/log@0.1.0" {
  /** How much a line matters, from most to least. */
  export type Level =
    | "error"
    | "warn"
    | "info"
    | "debug"
    | "trace";
  /** Where in the plugin's source something happened. Lines and columns count from 1. */
  export interface Location {
    file: string;
    line: number;
    column: number;
  }
  /** Writes one line. `target` says which part of the plugin speaks, for example a module's path. */
  export function write(level: Level, target: string, message: string): void;
  /** The least urgent level that the host keeps: a plugin need not format lines below it. */
  export function maxLevel(): Level;
  /**
   * Tells the host why the plugin is about to trap, so that the error that the caller sees has these
   * words instead of "unreachable". A plugin calls it from its panic hook.
   */
  export function panicked(message: string, location: Location | null | undefined): void;
}

/** Positions, edits, styles, and what else both sides speak of. */
declare module "witdock:editor/types@0.1.0" {
  /**
   * A place in a text: how many bytes of its UTF-8 form stand before it. It lies between two characters, never
   * inside one. The text has the line endings that its file has. Lines and columns are the SDK's business.
   */
  export type Offset = number;
  /**
   * An open document, by a number that no other document is given while the editor runs. A number and not a
   * handle, so that it can stand in events, be kept, and be compared; `documents.by-id` lends the document itself.
   */
  export type DocumentId = number;
  /**
   * A state of a document's text, by a number that grows with each change, undoing included. No two states of a
   * document have the same, not even one that came of edits which were dropped.
   */
  export type Revision = number;
  /** A document's text at one revision: what an answer is an answer to. */
  export interface DocumentVersion {
    document: DocumentId;
    revision: Revision;
  }
  /** A piece of a text. */
  export interface Range {
    /** Its first byte. */
    start: Offset;
    /** The first byte behind it: `start` for a range that is empty, never less. */
    end: Offset;
  }
  /**
   * One replacement. Inserting is replacing an empty range, deleting is replacing by nothing.
   *
   * Edits travel in lists. All ranges of a list are those of the text before the first of them. They rise and do
   * not overlap; two insertions at one place come out in the list's order.
   */
  export interface Edit {
    /** What is replaced. */
    range: Range;
    /** What stands there afterwards. */
    text: string;
  }
  /** A stretch of a document that a person has selected. Where both ends are the same it is a cursor. */
  export interface Selection {
    /** The end that stays when the selection is extended. */
    anchor: Offset;
    /** The end that moves: the cursor is drawn here. It may stand before the anchor. */
    head: Offset;
  }
  /** All selections of a document. There is always one, and often no more. */
  export interface SelectionSet {
    /** They rise and do not overlap. */
    selections: Selection[];
    /** The index of the one that the view follows, and that a plugin with no use for several should look at. */
    primary: number;
  }
  /** A document, in a few words. */
  export interface DocumentInfo {
    /** Its number and revision. */
    version: DocumentVersion;
    /**
     * Its file. Inside the workspace's root, relative to it, with `/` between folders; otherwise absolute. None
     * for a document that was never saved.
     */
    path?: string | null;
    /**
     * What it is written in, in lower case, for example `rust` or `markdown`; `text` when nothing better is
     * known.
     */
    language: string;
    /** Whether it has changes that are not saved. */
    modified: boolean;
  }
  /** How a document is indented. */
  export type Indentation =
    /** One tab a level. */
    | { tag: "tabs" }
    /** This many spaces a level. */
    | { tag: "spaces"; val: number };
  /** What a piece of text means. The person's theme says how that looks, so no plugin names a colour. */
  export type Scope =
    /** Nothing in particular. */
    | "plain"
    /** Of less interest than what is around it. */
    | "muted"
    /** Of more interest. */
    | "accent"
    /** A title. */
    | "heading"
    /** A place that can be gone to. */
    | "link"
    /** It went well. */
    | "success"
    /** For information. */
    | "info"
    /** It may be wrong. */
    | "warning"
    /** It is wrong. */
    | "error"
    /** A word of the language. */
    | "keyword"
    /** A name of a type. */
    | "type-name"
    /** A name of a function. */
    | "function-name"
    /** A text literal. */
    | "text-literal"
    /** A number. */
    | "number"
    /** A comment. */
    | "comment";
  /** What is done to the letters beside their colour. */
  export interface Emphasis {
    bold?: boolean;
    italic?: boolean;
    underlined?: boolean;
    struckOut?: boolean;
    /** Foreground and background change places. */
    reversed?: boolean;
  }
  /** How a piece of text is drawn. */
  export interface Style {
    scope: Scope;
    emphasis: Emphasis;
  }
  /** Text of one style. It has no line breaks; control characters are not drawn. */
  export interface Span {
    text: string;
    style: Style;
  }
  /** One line, made of spans. */
  export type StyledLine = Span[];
  /** How much something matters. */
  export type Severity =
    /** It could be better. */
    | "hint"
    /** It is good to know. */
    | "info"
    /** It is probably wrong. */
    | "warning"
    /** It is wrong. */
    | "error";
  /**
   * A key press or a sequence of them, as in the editor's key map. A press is any of `ctrl-`, `alt-` and `shift-`,
   * in this order, and then a character or `enter`, `tab`, `backspace`, `delete`, `insert`, `escape`, `space`,
   * `minus`, `up`, `down`, `left`, `right`, `home`, `end`, `page-up`, `page-down` or `f1` to `f12`. A space stands
   * between the presses of a sequence: `ctrl-s`, `alt-shift-up`, `ctrl-k t`.
   */
  export type KeyText = string;
  /** A command, ready to be run. */
  export interface Invocation {
    /** `PLUGIN.COMMAND`, or `editor.COMMAND` for one of the editor's own. */
    command: string;
    /** What the command is given: its own business, often nothing. */
    argument?: string | null;
  }
  /**
   * A place in a document, for as long as it is open. A place in an older revision is where that text is now, as
   * far as the editor can tell: what was deleted is where it was.
   */
  export interface Location {
    version: DocumentVersion;
    offset: Offset;
  }
  /** What happens when a person chooses a line. */
  export type Action =
    /** Nothing: the line is there to be read. */
    | { tag: "none" }
    /** The document comes to the front with its cursor here. */
    | { tag: "go-to"; val: Location }
    /** The command is queued. */
    | { tag: "run"; val: Invocation };
  /** Why a command came to nothing. */
  export type CommandError =
    /** Nobody has a command of this name. */
    | { tag: "no-such-command"; val: string }
    /**
     * It does not apply here, for example to a document of this language: why. Shown quietly, for it is no
     * fault.
     */
    | { tag: "not-applicable"; val: string }
    /** The argument is not one that it takes: what was expected. */
    | { tag: "argument"; val: string }
    /** It could not be done: why. */
    | { tag: "failed"; val: string };
  /** Asked for later: the number under which the answer comes. No two requests of a plugin have the same. */
  export type Ticket = number;
}

/** The text of open documents. A plugin that may see and change what is written asks for this. */
declare module "witdock:editor/documents@0.1.0" {
  export type DocumentId = import("witdock:editor/types@0.1.0").DocumentId;
  export type DocumentInfo = import("witdock:editor/types@0.1.0").DocumentInfo;
  export type DocumentVersion = import("witdock:editor/types@0.1.0").DocumentVersion;
  export type Edit = import("witdock:editor/types@0.1.0").Edit;
  export type Indentation = import("witdock:editor/types@0.1.0").Indentation;
  export type Offset = import("witdock:editor/types@0.1.0").Offset;
  export type Range = import("witdock:editor/types@0.1.0").Range;
  export type Revision = import("witdock:editor/types@0.1.0").Revision;
  /** Why a piece of a text cannot be had. */
  export type TextError =
    /** The range ends before it starts, or behind the text's end: the length of the text. */
    | { tag: "out-of-range"; val: number }
    /** This offset is inside a character. */
    | { tag: "not-on-boundary"; val: Offset }
    /** The text is longer than the editor hands over at once: the most that it does, in bytes. */
    | { tag: "too-long"; val: number };
  /** Why edits were not applied. None of the list was. */
  export type EditError =
    /** The text has moved on: its revision. Read it again, and think again. */
    | { tag: "stale"; val: Revision }
    /** A range ends before it starts, or behind the text's end: the index of the edit. */
    | { tag: "out-of-range"; val: number }
    /** A range starts or ends inside a character: the index of the edit. */
    | { tag: "not-on-boundary"; val: number }
    /** An edit starts before the end of the one before it: its index. */
    | { tag: "overlapping"; val: number }
    /** The document may not be changed. */
    | { tag: "read-only" }
    /** Of the calls into a plugin, `run-command` and `on-event` may edit, and this is another. */
    | { tag: "not-in-this-call" };
  /** One line of a text. */
  export interface Line {
    /** Where it begins. */
    start: Offset;
    /** What is written, without the line's ending. */
    text: string;
  }
  /**
   * An open document.
   *
   * What it says is of one moment: the text as it stood when the call into the plugin began, and what the plugin
   * has edited since. A document is lent for one call. Kept longer it is of no use, and a language that drops it
   * late does no harm.
   */
  export class Document {
    private constructor();
    /** Its number: what to keep in its place. */
    id(): DocumentId;
    /** The revision of the text that the other functions speak of. */
    revision(): Revision;
    /** Its path, its language, and whether it is saved. */
    info(): DocumentInfo;
    /** Whether edits would be refused. */
    readOnly(): boolean;
    /** How it is indented. */
    indentation(): Indentation;
    /** The line ending that it uses: `\n` or `\r\n`. */
    lineEnding(): string;
    /** How long the text is, in bytes. */
    length(): number;
    /** How many lines it has: one more than line endings. */
    lineCount(): number;
    /**
     * The text of a range.
     * @throws {TextError}
     */
    text(range: Range): string;
    /**
     * The text of the document: the same as the text of the whole range.
     * @throws {TextError}
     */
    wholeText(): string;
    /**
     * Up to `count` lines from line `first` on, where 0 is the text's first. Fewer where the text ends, and
     * where they would be longer than the editor hands over at once; at least one, if there is one and it is not
     * too long by itself.
     * @throws {TextError}
     */
    lines(first: number, count: number): Line[];
    /** Which line an offset is on, counting from 0. An offset behind the text's end is on the last line. */
    lineAt(offset: Offset): number;
    /**
     * Replaces pieces of the text that has this revision, and gives the revision that comes of it. Selections
     * and decorations move along; a cursor that stands where something is inserted stands behind it then.
     *
     * All edits of one `run-command` are one step to undo. Edits in answer to `changed` join the step of that
     * change. Should a person have changed the text by the time the call returns, then the call's edits and
     * selections are dropped as stale. The plugin hears of that change by an event, and so has its next chance;
     * the person who has run a command is told.
     * @throws {EditError}
     */
    apply(against: Revision, edits: Edit[]): Revision;
    /** Gives the handle back before the collector does. */
    [Symbol.dispose](): void;
  }
  /** The document that keys go to, if there is one. */
  export function current(): Document | null | undefined;
  /** Every open document. */
  export function openDocuments(): Document[];
  /** The document of this number, unless it has been closed. */
  export function byId(id: DocumentId): Document | null | undefined;
}

/** What is selected, and where the cursor is. It tells where a person is, not what is written. */
declare module "witdock:editor/selections@0.1.0" {
  export type DocumentId = import("witdock:editor/types@0.1.0").DocumentId;
  export type DocumentVersion = import("witdock:editor/types@0.1.0").DocumentVersion;
  export type Offset = import("witdock:editor/types@0.1.0").Offset;
  export type Revision = import("witdock:editor/types@0.1.0").Revision;
  export type SelectionSet = import("witdock:editor/types@0.1.0").SelectionSet;
  /** Why selections were not changed. */
  export type SelectionError =
    /** No open document has this number. */
    | { tag: "no-such-document" }
    /** The text has moved on: its revision. */
    | { tag: "stale"; val: Revision }
    /** There is none, or `primary` is the index of none. */
    | { tag: "empty" }
    /** A selection reaches behind the text's end: its index. */
    | { tag: "out-of-range"; val: number }
    /** A selection starts or ends inside a character: its index. */
    | { tag: "not-on-boundary"; val: number }
    /** A selection starts before the end of the one before it: its index. */
    | { tag: "overlapping"; val: number }
    /** Of the calls into a plugin, `run-command` and `on-event` may select, and this is another. */
    | { tag: "not-in-this-call" };
  /** The selections of a document, unless it has been closed. */
  export function get(document: DocumentId): SelectionSet | null | undefined;
  /** The head of a document's primary selection, unless it has been closed. */
  export function cursor(document: DocumentId): Offset | null | undefined;
  /**
   * Replaces the selections of a document whose text has this revision. The view follows the primary one.
   * @throws {SelectionError}
   */
  export function set(version: DocumentVersion, selections: SelectionSet): void;
}

/** What can be seen of a document. */
declare module "witdock:editor/viewport@0.1.0" {
  export type DocumentVersion = import("witdock:editor/types@0.1.0").DocumentVersion;
  export type Location = import("witdock:editor/types@0.1.0").Location;
  /** Why a place is not shown. */
  export type ShowError =
    /** No open document has this number. */
    | { tag: "no-such-document" }
    /** The offset is behind the text's end, or inside a character. */
    | { tag: "out-of-range" };
  /** The part of a document that is on the screen. */
  export interface Visible {
    version: DocumentVersion;
    /** The first line seen, counting from 0. */
    firstLine: number;
    /** The first line behind those that are seen. */
    endLine: number;
    /** How many columns there are for text. */
    columns: number;
  }
  /** What is seen of the document that keys go to, if there is one. */
  export function current(): Visible | null | undefined;
  /**
   * Brings a document to the front, its cursor to this place, and the place into view.
   * @throws {ShowError}
   */
  export function show(location: Location): void;
}

/** The folder that is worked in, and its files. */
declare module "witdock:editor/workspace@0.1.0" {
  export type DocumentInfo = import("witdock:editor/types@0.1.0").DocumentInfo;
  /** Why a file cannot be read. */
  export type FileError =
    /** The path leads out of the folders that the plugin was granted, or is not one. */
    | { tag: "not-granted"; val: string }
    /** There is no such file. */
    | { tag: "not-found" }
    /** It is a folder, or something else that is no file. */
    | { tag: "not-a-file" }
    /** It is not UTF-8: the first byte that is not. */
    | { tag: "not-text"; val: number }
    /** It is longer than the editor hands over at once: the most that it does, in bytes. */
    | { tag: "too-long"; val: number }
    /** It could not be read: why. */
    | { tag: "unavailable"; val: string };
  /** The folder that is worked in: its absolute path. */
  export function root(): string;
  /** What is open, without its text. */
  export function openDocuments(): DocumentInfo[];
  /**
   * Reads a file as it is on disk. The path is relative to the root, with `/` between folders.
   * @throws {FileError}
   */
  export function readFile(path: string): string;
}

/** Short messages. Each stands in the editor's message log too, under the plugin's name. */
declare module "witdock:editor/messages@0.1.0" {
  export type Severity = import("witdock:editor/types@0.1.0").Severity;
  /** One line where the status of the last action stands. It is gone with the next key. */
  export function status(text: string): void;
  /** Something that a person should not miss. It stays until it is dismissed. */
  export function notify(severity: Severity, text: string): void;
}

/** Pieces of the line at the bottom. */
declare module "witdock:editor/status-line@0.1.0" {
  export type Span = import("witdock:editor/types@0.1.0").Span;
  /** A piece of the status line. */
  export interface Segment {
    /** What it says. */
    spans: Span[];
    /** Where there is no room for all, segments of the lowest priority go first. 0 for most. */
    priority: number;
  }
  /** Shows a segment of this name, in the place of the one that had the name. */
  export function set(name: string, segment: Segment): void;
  /** Takes a segment down. That there is none is no error. */
  export function clear(name: string): void;
}

/** Areas beside the text, for what takes more than a line. */
declare module "witdock:editor/panels@0.1.0" {
  export type Action = import("witdock:editor/types@0.1.0").Action;
  export type StyledLine = import("witdock:editor/types@0.1.0").StyledLine;
  /** One line of a panel. */
  export interface PanelLine {
    spans: StyledLine;
    /** What happens when a person chooses it. */
    action: Action;
  }
  /** What a panel shows. */
  export interface Panel {
    title: string;
    /** All lines: the editor scrolls. */
    lines: PanelLine[];
  }
  /** Why a panel is not shown. */
  export type PanelError =
    /** It has more lines than the editor keeps: the most that it does. */
    | { tag: "too-long"; val: number };
  /**
   * Shows a panel of this name, in the place of the one that had the name. A person who has closed it has closed
   * it: showing it again from an event fills it unseen, and showing it from a command opens it.
   * @throws {PanelError}
   */
  export function show(name: string, panel: Panel): void;
  /** Takes a panel down. That there is none is no error. */
  export function hide(name: string): void;
  /** Whether a panel of this name is open, so that a plugin need not fill one that nobody sees. */
  export function isOpen(name: string): boolean;
}

/** What is drawn over and beside the text and is not part of it. */
declare module "witdock:editor/decorations@0.1.0" {
  export type DocumentId = import("witdock:editor/types@0.1.0").DocumentId;
  export type DocumentVersion = import("witdock:editor/types@0.1.0").DocumentVersion;
  export type Offset = import("witdock:editor/types@0.1.0").Offset;
  export type Range = import("witdock:editor/types@0.1.0").Range;
  export type Revision = import("witdock:editor/types@0.1.0").Revision;
  export type Severity = import("witdock:editor/types@0.1.0").Severity;
  export type Span = import("witdock:editor/types@0.1.0").Span;
  export type Style = import("witdock:editor/types@0.1.0").Style;
  export type StyledLine = import("witdock:editor/types@0.1.0").StyledLine;
  /** Text of the document in another style. */
  export interface StyledRange {
    range: Range;
    style: Style;
  }
  /** Text that is drawn and not there. */
  export interface VirtualText {
    /** Where it belongs. */
    at: Offset;
    spans: StyledLine;
  }
  /** A sign in the gutter, beside the line number. */
  export interface GutterSign {
    /** A place on the line that it belongs to. */
    at: Offset;
    severity: Severity;
    /** The line's message, shown when the cursor is on the line. */
    message: string;
  }
  /** One thing to draw. */
  export type Decoration =
    /** Text in another style. */
    | { tag: "styled"; val: StyledRange }
    /** Virtual text between two characters: what stands behind it is drawn further right. */
    | { tag: "inline"; val: VirtualText }
    /** Virtual text behind the end of a line. */
    | { tag: "after-line"; val: VirtualText }
    /** A sign in the gutter. A line with several shows the most severe. */
    | { tag: "sign"; val: GutterSign };
  /** Why decorations were not replaced. */
  export type DecorationError =
    /** No open document has this number. */
    | { tag: "no-such-document" }
    /** The text has moved on: its revision. */
    | { tag: "stale"; val: Revision }
    /**
     * A place is behind the text's end, a range ends before it starts, or one of them is inside a character: the
     * decoration's index.
     */
    | { tag: "out-of-range"; val: number }
    /** There are more than the editor keeps for one set: the most that it does. */
    | { tag: "too-many"; val: number };
  /**
   * Replaces the whole set of this name in a document by these; an empty list takes it down. They move with the
   * text until they are replaced, and what is deleted takes its decorations along.
   * @throws {DecorationError}
   */
  export function set(version: DocumentVersion, name: string, decorations: Decoration[]): void;
  /** Takes this set down in a document, whatever its revision. That there is none is no error. */
  export function clear(document: DocumentId, name: string): void;
}

/**
 * Questions to a person. Asking returns at once, and the answer comes as the event `answered`, maybe never within a
 * session.
 *
 * Questions of all plugins wait in one line. Those of an old generation are withdrawn when the plugin is reloaded.
 */
declare module "witdock:editor/prompts@0.1.0" {
  export type StyledLine = import("witdock:editor/types@0.1.0").StyledLine;
  export type Ticket = import("witdock:editor/types@0.1.0").Ticket;
  /** A question that is answered in one line of text. */
  export interface TextQuestion {
    /** What is asked. */
    title: string;
    /** What stands in the line to begin with. */
    initial: string;
    /** What is shown, greyed, while the line is empty. */
    placeholder: string;
  }
  /** One of several to choose from. */
  export interface Choice {
    /** What is shown, and what typed letters are matched against. */
    label: string;
    /** More about it, behind the label. */
    detail: StyledLine;
  }
  /** A question that is answered by choosing. */
  export interface ChoiceQuestion {
    /** What is asked. */
    title: string;
    /** In the order in which they are shown as long as nothing is typed. */
    choices: Choice[];
  }
  /** Why a question is not put. */
  export type AskError =
    /** The plugin has this many questions open already, and that is all it may have. */
    | { tag: "too-many"; val: number }
    /** There is nothing to choose from, or more than the editor shows: the most that it does. */
    | { tag: "choices"; val: number };
  /**
   * Asks for a line of text.
   * @throws {AskError}
   */
  export function ask(question: TextQuestion): Ticket;
  /**
   * Asks to choose one.
   * @throws {AskError}
   */
  export function pick(question: ChoiceQuestion): Ticket;
  /** Takes a question back: it is not answered any more. That there is none is no error. */
  export function withdraw(question: Ticket): void;
}

/** What is copied and pasted. */
declare module "witdock:editor/clipboard@0.1.0" {
  /** What was copied last in this editor. Of what other programs have copied it knows what the terminal tells. */
  export function read(): string;
  /** Copies, for this editor and, where the terminal takes it, for the system. */
  export function write(text: string): void;
}

/** The plugin's own table in the editor's configuration. */
declare module "witdock:editor/settings@0.1.0" {
  /** The table as JSON text, an object: what `activate` was given, or what the last `settings-changed` has told. */
  export function current(): string;
}

/** Calls at a later time. They end with the generation that has asked for them. */
declare module "witdock:editor/timers@0.1.0" {
  export type Ticket = import("witdock:editor/types@0.1.0").Ticket;
  /** Why there is no timer. */
  export type TimerError =
    /** The plugin has this many already, and that is all it may have. */
    | { tag: "too-many"; val: number };
  /**
   * Asks for the event `timer` in this many milliseconds, not earlier; less than 10 counts as 10.
   * @throws {TimerError}
   */
  export function once(afterMs: number): Ticket;
  /**
   * Asks for it again and again. Where one is late the next are not made up for.
   * @throws {TimerError}
   */
  export function every(periodMs: number): Ticket;
  /** Ends a timer. That there is none is no error. */
  export function cancel(timer: Ticket): void;
}

/** Commands of the editor and of other plugins. They are queued, and run after this call: calls never nest. */
declare module "witdock:editor/jobs@0.1.0" {
  export type Invocation = import("witdock:editor/types@0.1.0").Invocation;
  export type Ticket = import("witdock:editor/types@0.1.0").Ticket;
  /** Why a command was not queued. */
  export type JobError =
    /** Nobody has a command of this name: the name. */
    | { tag: "no-such-command"; val: string }
    /** The queue is full, as when two plugins call each other without end: how long it may be. */
    | { tag: "queue-full"; val: number };
  /**
   * Queues a command. How it ended comes as the event `job-ended`.
   * @throws {JobError}
   */
  export function run(invocation: Invocation): Ticket;
}

/**
 * State that outlives a reload: what the old generation saves, the new one restores.
 *
 * A stateful plugin exports it. `save` is called between two calls, never during one; `restore` once, on a
 * fresh instance that the host has made ready, before its first call.
 */
declare module "witdock:plugin/state@0.1.0" {
  /** What a plugin exports as `state`. */
  export interface Exports {
    /**
     * Everything that the plugin wants to keep, in a form that its next version can read.
     * @throws {string}
     */
    save(): Uint8Array;
    /**
     * Takes over what an earlier generation saved. An error rejects the new generation: the old
     * one goes on serving, and the text is shown to its author.
     * @throws {string}
     */
    restore(saved: Uint8Array): void;
  }
}

/**
 * What the editor calls: the plugin's side.
 *
 * It is one interface, and a component exports all of it. An export is there or not there for good, whereas what a
 * plugin wants to do may hang on its settings; so it says that when it is activated, and what it has not registered
 * is never called. A function that is never called may be empty: in Rust the SDK writes it, in other languages it is
 * one line. Interfaces of their own for formatting, completion and hover would ask of the host a world for each
 * combination of them, and of a plugin's author to know those worlds.
 */
declare module "witdock:editor/plugin@0.1.0" {
  export type CommandError = import("witdock:editor/types@0.1.0").CommandError;
  export type KeyText = import("witdock:editor/types@0.1.0").KeyText;
  export type Ticket = import("witdock:editor/types@0.1.0").Ticket;
  export type DocumentId = import("witdock:editor/types@0.1.0").DocumentId;
  export type DocumentVersion = import("witdock:editor/types@0.1.0").DocumentVersion;
  export type Edit = import("witdock:editor/types@0.1.0").Edit;
  export type Location = import("witdock:editor/types@0.1.0").Location;
  export type Offset = import("witdock:editor/types@0.1.0").Offset;
  export type Range = import("witdock:editor/types@0.1.0").Range;
  export type Revision = import("witdock:editor/types@0.1.0").Revision;
  export type StyledLine = import("witdock:editor/types@0.1.0").StyledLine;
  /** A command that a person can run: by name, by key, from the palette. */
  export interface Command {
    /** Letters, digits and `-`. The editor puts the plugin's name and a dot before it. */
    name: string;
    /** What the palette shows. */
    title: string;
    /** A sentence on what it does. */
    description: string;
    /**
     * Keys that run it. Keys that are taken, by the person's key map, the editor or a plugin before this one,
     * stay what they are; the editor says so.
     */
    defaultKeys: KeyText[];
  }
  /** What a plugin wants to hear of. Answers to its own questions, timers and jobs always come. */
  export interface EventKinds {
    opened?: boolean;
    changed?: boolean;
    saved?: boolean;
    closed?: boolean;
    cursorMoved?: boolean;
    selectionChanged?: boolean;
    idle?: boolean;
    settingsChanged?: boolean;
  }
  /**
   * A language, and how files of it are recognized. It adds to what the editor knows, and where both know it, the
   * plugin's word counts.
   */
  export interface FileType {
    /** In lower case. */
    language: string;
    /** Names of files, `*` for any number of characters: `*.toml`, `Makefile`. */
    patterns: string[];
  }
  /** What a plugin can be asked for. */
  export interface Abilities {
    format?: boolean;
    complete?: boolean;
    hover?: boolean;
  }
  /**
   * What a plugin does. After a reload the editor compares it with the old generation's and changes what has
   * changed.
   */
  export interface Registration {
    commands: Command[];
    events: EventKinds;
    abilities: Abilities;
    /**
     * The languages of the documents that events and abilities are for; none means all. Commands are offered
     * everywhere.
     */
    languages: string[];
    fileTypes: FileType[];
    /** Characters after which the editor asks `complete` by itself, beside letters and digits. */
    completionTriggers: string[];
  }
  /** Why a plugin does not start. */
  export type ActivateError =
    /** The settings are wrong: what, and what was expected. Shown beside the configuration file's name. */
    | { tag: "settings"; val: string }
    /** Something else is missing: what. */
    | { tag: "failed"; val: string };
  /** Where a change of the text came from. */
  export type ChangeOrigin =
    /** A key was typed that stands for itself, or for a line break. */
    | "typed"
    /** Text was pasted. */
    | "pasted"
    /** Undo or redo. */
    | "history"
    /** Any other command of the editor. */
    | "command"
    /** A command, an answer or a format of this plugin. */
    | "this-plugin"
    /** The same of another plugin. */
    | "other-plugin"
    /** The file was changed by another program, and read again. */
    | "reloaded";
  /** A document's text has changed. */
  export interface Change {
    /** What it is now. */
    version: DocumentVersion;
    /** What it was. */
    before: Revision;
    /**
     * What was done to the text of `before`. Changes that came faster than the plugin took them come as one,
     * merged.
     */
    edits: Edit[];
    /** Of merged changes, the last one's. */
    origin: ChangeOrigin;
  }
  /** What a person has answered. */
  export type Answer =
    /** The line, to `ask`. */
    | { tag: "text"; val: string }
    /** The index of what was chosen, to `pick`. */
    | { tag: "chosen"; val: number }
    /** They would rather not. */
    | { tag: "cancelled" };
  /** A person has answered a question. */
  export interface Answered {
    question: Ticket;
    answer: Answer;
  }
  /** A command has ended that the plugin had queued. */
  export interface JobEnded {
    job: Ticket;
    outcome: { tag: "ok" } | { tag: "err"; val: CommandError };
  }
  /** Something has happened. Events come in order, each after the screen has been drawn. */
  export type Event =
    /** A document has been opened. When a plugin starts it comes for those that are open already. */
    | { tag: "opened"; val: DocumentVersion }
    /** A text has changed. */
    | { tag: "changed"; val: Change }
    /** A document has been written to its file. What `format` gave is in it. */
    | { tag: "saved"; val: DocumentVersion }
    /** A document is gone. */
    | { tag: "closed"; val: DocumentId }
    /**
     * The primary cursor of the document that keys go to is elsewhere, or keys go to another document. Where
     * text was typed, `changed` comes first.
     */
    | { tag: "cursor-moved"; val: DocumentVersion }
    /** A selection has changed other than by a cursor moving. */
    | { tag: "selection-changed"; val: DocumentVersion }
    /** Nothing was typed for half a second: time for what is slow. With the document that keys go to. */
    | { tag: "idle"; val: DocumentVersion | null | undefined }
    /**
     * The plugin's settings have changed: JSON text, an object. A plugin that has not subscribed to it is
     * started anew with them instead.
     */
    | { tag: "settings-changed"; val: string }
    /** A timer has run out. */
    | { tag: "timer"; val: Ticket }
    /** A question has its answer. */
    | { tag: "answered"; val: Answered }
    /** A queued command has ended. */
    | { tag: "job-ended"; val: JobEnded };
  /** Something in a document that is wrong. */
  export interface Problem {
    at: Offset;
    /** What it is, and what was expected there. */
    message: string;
  }
  /** Why a document is not formatted. It is saved all the same. */
  export type FormatError =
    /** It is not written as its language has it. The editor shows the line. */
    | { tag: "syntax"; val: Problem }
    /** Something else: what. */
    | { tag: "failed"; val: string };
  /** What a completion stands for: the editor draws a letter or a sign for it. */
  export type CompletionKind =
    | "word"
    | "keyword"
    | "function-name"
    | "variable"
    | "type-name"
    | "file"
    | "snippet";
  /** One way to go on. */
  export interface Completion {
    /** What the list shows. */
    label: string;
    kind: CompletionKind;
    /** More about it, behind the label; empty for nothing. */
    detail: string;
    /** What choosing it does to the text. */
    edit: Edit;
  }
  /** What there is to say about a place. */
  export interface HoverText {
    /** The text that it is about, which the editor marks. */
    range: Range;
    lines: StyledLine[];
  }
  /** What a plugin exports as `plugin`. */
  export interface Exports {
    /**
     * Starts the plugin, with its settings as JSON text, an object. It comes once, before any other call, on each
     * new generation: `restore` follows it.
     * @throws {ActivateError}
     */
    activate(settings: string): Registration;
    /**
     * Runs a command that was registered. An error undoes its edits and selections.
     * @throws {CommandError}
     */
    runCommand(name: string, argument: string | null | undefined): void;
    /** Tells of an event that was subscribed to, or of an answer. */
    onEvent(event: Event): void;
    /**
     * Gives the edits that make a document well formatted; none if it is. It comes before a document is saved, and
     * as a command.
     * @throws {FormatError}
     */
    format(document: DocumentVersion): Edit[];
    /** Gives the ways to go on, best first. The editor filters them while more is typed. */
    complete(at: Location): Completion[];
    /** Says something about a place, if there is something to say. */
    hover(at: Location): HoverText | null | undefined;
  }
}

/** The same with state that outlives a reload. */
declare module "witdock:editor/stateful-extension-plugin@0.1.0" {
  /** What a plugin's module exports. */
  export interface World {
    state: import("witdock:plugin/state@0.1.0").Exports;
    plugin: import("witdock:editor/plugin@0.1.0").Exports;
  }
}
