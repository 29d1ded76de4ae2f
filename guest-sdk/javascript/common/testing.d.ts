/**
 * Provides interfaces, by name and without their versions, to plugins that are imported afterwards. Each is an object of functions
 * in camelCase and classes in PascalCase, as in a component. `aliases` are modules by name, and their URLs.
 */
export function host(interfaces: Record<string, object>, aliases?: Record<string, string>): void;
