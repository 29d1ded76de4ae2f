/// <reference path="./host.d.ts" />

type Pairs = Record<string, string | number> | [string, string | number][];

/** A message as the upstream or the client sees it. */
export interface Message {
  headers: [string, string][];
  get(name: string): string | undefined;
  getAll(name: string): string[];
  method: string | undefined;
  path: string | undefined;
  status: number;
  /** The body's pieces, as the filter let them go. */
  pieces: string[];
  body: string;
  bytes: Uint8Array;
  trailers: [string, string][] | undefined;
}

export interface Given {
  headers?: Pairs;
  /** A body of one piece, with its `content-length`. */
  body?: string | Uint8Array;
  /** A body of several pieces, without a `content-length`. */
  pieces?: (string | Uint8Array)[];
  trailers?: Record<string, string>;
}

export interface Exchanged {
  /** What the upstream saw, if anything came to it. */
  request: Message | undefined;
  /** What the client saw, if anything came to it. */
  response: Message | undefined;
  end: "complete" | "aborted" | "paused";
  details: string | undefined;
  /** What the filter has set, by paths that are joined with dots. */
  properties: Record<string, string>;
}

export interface Proxy {
  /** In milliseconds since 1970. */
  now: number;
  source: string;
  shared: Map<string, { value: Uint8Array; version: number }>;
  metrics: Map<string, number>;
  lines: { level: string; target: string; text: string }[];
  /** A function throws a failure's name, such as `"timeout"`. */
  clusters: Record<string, (request: Message) => Given & { status?: number }>;
  upstream: (request: Message) => Given & { status?: number };
  /** Takes a request through the filter to the upstream, and its response back to the client. */
  run(request?: Given & { method?: string; path?: string; authority?: string }): Exchanged;
  /** Lets the filter's `tick` run, answers its calls, and tells it of messages in its queues. */
  tick(): void;
}

/** Imports a filter's module and configures it. */
export function load(
  url: URL,
  given?: { settings?: object; clusters?: Proxy["clusters"]; upstream?: Proxy["upstream"] },
): Promise<Proxy>;
