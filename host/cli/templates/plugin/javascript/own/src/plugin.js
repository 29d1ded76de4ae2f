// The beginning of {{name}}: each function that `{{world}}` exports, with a plain value.
//
// What the host lends is imported by its name, as in types/world.d.ts. Names are in camelCase, 64-bit integers are numbers, variants
// are { tag, val }, options are a value or null, and errors of a `result` are thrown.

{{stub}}
