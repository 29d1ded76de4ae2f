/// <reference path="./host.d.ts" />

import type { Command, Exports, Registration } from "witdock:editor/plugin@0.1.0";
import type { CommandError, KeyText } from "witdock:editor/types@0.1.0";

export { REQUIRED } from "../common/settings.js";

/** The export `plugin` of a plugin's module. */
export type Plugin = Exports;

/** An empty registration: spread it, and add what the plugin registers. */
export const NOTHING: Registration;

/** A plugin with these functions. Missing functions do nothing; the editor calls nothing that is not registered. */
export function extension(functions: Partial<Plugin>): Plugin;

/** A command for a registration. Without keys it is only in the palette. */
export function command(name: string, title: string, description?: string, defaultKeys?: KeyText[]): Command;

/**
 * The editor's settings for this plugin, each with its default's type; `REQUIRED` instead of a default makes it required.
 * @throws {import("witdock:editor/plugin@0.1.0").ActivateError} if they are invalid
 */
export function parseSettings<T extends object = {}>(text: string, defaults?: T): T;

/** The number of bytes of a text in UTF-8, which offsets count. */
export function utf8Length(text: string): number;

/** The error of a command that does not apply here, with the reason. It is shown as information. */
export function notApplicable(why: string): CommandError;

/** The error of a command that failed, with the reason. */
export function failed(why: string): CommandError;
