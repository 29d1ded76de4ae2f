/// <reference path="./host.d.ts" />

import type { Exports as EventsExports } from "witdock:proxy/events@0.1.0";
import type { Exports as FilterExports } from "witdock:proxy/filter@0.1.0";
import type { Exports as HttpFilterExports } from "witdock:proxy/http-filter@0.1.0";
import type { Exchange } from "witdock:proxy/http@0.1.0";
import type { Action, CallFailure } from "witdock:proxy/types@0.1.0";

export { REQUIRED } from "../common/settings.js";

type Side = "request" | "response";
/** Nothing is `"proceed"`. */
type Reply = Action | void;
type Pairs = Record<string, string | number> | [string, string | number][];

/** Headers or trailers: names in lower case, values as text, with duplicates, in order. */
export interface Headers {
  get(name: string): string | undefined;
  getAll(name: string): string[];
  has(name: string): boolean;
  /** Puts one header in place of all of this name. */
  set(name: string, value: string | number): void;
  /** Adds a header, in addition to others of this name. */
  append(name: string, value: string | number): void;
  remove(name: string): void;
  entries(): [string, string][];
  /** Puts these in place of all. A message without trailers is given some at the end of its body. */
  replaceAll(pairs: [string, string | number][]): void;
}

export interface Request extends Headers {
  readonly method: string;
  /** The path with its query. */
  path: string;
  readonly authority: string;
  readonly scheme: string;
}

export interface Response extends Headers {
  /** 0 if there is no response yet. */
  status: number;
}

/** What is held of a body. */
export interface Body {
  readonly size: number;
  read(start?: number, length?: number): Uint8Array;
  text(): string;
  replace(data: string | Uint8Array): void;
  append(data: string | Uint8Array): void;
  prepend(data: string | Uint8Array): void;
  splice(start: number, length: number, data: string | Uint8Array): void;
}

/** A filter's part of one exchange. */
export interface Stream<Settings = any> {
  /** The filter's settings, or what its `configure` has made of them. */
  settings: Settings;
  /** What the filter keeps for this exchange. */
  state: any;
  readonly exchange: Exchange;
  readonly request: Request;
  readonly response: Response;
  readonly requestTrailers: Headers;
  readonly responseTrailers: Headers;
  readonly requestBody: Body;
  readonly responseBody: Body;
  /** Answers the client, instead of the upstream. */
  respond(status: number, response?: { headers?: Pairs; body?: string | Uint8Array; details?: string; grpcStatus?: number }): Action;
  /** Lets a side that was paused go on. */
  resume(side: Side): void;
  /** Ends the exchange without an answer. */
  abort(): Action;
  /** Names callbacks that this exchange does without. */
  ignore(...names: (keyof Callbacks)[]): void;
}

/** The callbacks of a stream. */
export interface Callbacks<Settings = any> {
  requestHeaders(stream: Stream<Settings>, endOfStream: boolean): Reply;
  requestBody(stream: Stream<Settings>, endOfStream: boolean, size: number): Reply;
  requestTrailers(stream: Stream<Settings>): Reply;
  responseHeaders(stream: Stream<Settings>, endOfStream: boolean): Reply;
  responseBody(stream: Stream<Settings>, endOfStream: boolean, size: number): Reply;
  responseTrailers(stream: Stream<Settings>): Reply;
  /** The exchange has ended, in whatever way. */
  log(stream: Stream<Settings>): void;
}

/** An instance of the filter. */
export interface Instance<Settings = any> {
  settings: Settings;
}

/** What concerns an instance and no exchange. */
export interface Events<Settings = any> {
  tick(instance: Instance<Settings>): void;
  queue(instance: Instance<Settings>, queue: number): void;
  retire(instance: Instance<Settings>): boolean;
}

export interface Filter<Given extends object, Settings> extends Partial<Callbacks<Settings>>, Partial<Events<Settings>> {
  /** The settings with their defaults; `REQUIRED` instead of a default makes one required. */
  settings?: Given;
  /** Checks the settings: it throws a text that says what was found and expected. What it returns is `stream.settings`. */
  configure?(settings: Given): Settings | void;
}

/** The exports of a filter with these callbacks. With `tick`, `queue` or `retire`, or calls of the instance, export `events` too. */
export function proxyFilter<Given extends object = {}, Settings = Given>(functions: Filter<Given, Settings>): {
  filter: FilterExports;
  httpFilter: HttpFilterExports;
  events: EventsExports;
};

/** A request to a cluster that the filter was given. */
export interface Call {
  cluster: string;
  method?: string;
  path?: string;
  /** The cluster's name unless it is set. */
  authority?: string;
  headers?: Pairs;
  body?: string | Uint8Array;
  trailers?: Pairs;
  timeoutMs?: number;
}

export interface Answer {
  status: number;
  headers: [string, string][];
  trailers: [string, string][];
  body: Uint8Array;
  get(name: string): string | undefined;
}

/** Begins a call for an exchange. `then` gets the answer or the failure, while the exchange lasts; it resumes what was paused for it. */
export function call(stream: Stream, call: Call, then: (answer: Answer | undefined, failure: CallFailure | undefined) => Reply): number;
/** The same for an instance. Export `events` too. */
export function callFromInstance(instance: Instance, call: Call, then: (answer: Answer | undefined, failure: CallFailure | undefined) => void): number;

/** A property by its path: text, a number or a boolean; times and durations in nanoseconds. */
export function property(stream: Stream, ...path: string[]): any;
/** Sets a property, for later filters and the access log. Returns whether it was set. */
export function setProperty(stream: Stream, path: string[], value: string | number): boolean;
/** The client's address, without its port. */
export function sourceAddress(stream: Stream): string | undefined;
/** When the request came, in milliseconds since 1970. */
export function time(stream: Stream): number;
/** Changes a text in the shared data as one step. Returns the new value. */
export function update(key: string, change: (value: string | undefined) => string): string;

/** Text to and from UTF-8. */
export function encode(text: string): Uint8Array;
export function decode(bytes: Uint8Array): string;
