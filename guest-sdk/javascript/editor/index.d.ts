/// <reference path="./host.d.ts" />

import type { Command, Exports, Registration } from "witdock:editor/plugin@0.1.0";
import type { CommandError, KeyText } from "witdock:editor/types@0.1.0";

export { REQUIRED } from "../common/settings.js";

/** What a plugin's module exports as `plugin`. */
export type Plugin = Exports;

/** A registration that registers nothing: spread it, and name what the plugin does. */
export const NOTHING: Registration;

/** A plugin of these functions. Those of the interface that it lacks do nothing, since what is not registered is not called. */
export function extension(functions: Partial<Plugin>): Plugin;

/** A command as a registration lists it. Without its keys it is in the palette alone. */
export function command(name: string, title: string, description?: string, defaultKeys?: KeyText[]): Command;

/**
 * The editor's settings for this plugin, each of its default's type; a default `REQUIRED` means that there is none.
 * @throws {import("witdock:editor/plugin@0.1.0").ActivateError} that says what is wrong with them
 */
export function parseSettings<T extends object = {}>(text: string, defaults?: T): T;

/** How many bytes a text has in UTF-8: what offsets count. */
export function utf8Length(text: string): number;

/** An error of a command: it does not apply here, and why. It is shown quietly. */
export function notApplicable(why: string): CommandError;

/** An error of a command: it could not be done, and why. */
export function failed(why: string): CommandError;
