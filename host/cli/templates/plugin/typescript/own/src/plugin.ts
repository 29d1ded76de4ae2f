// {{name}}: every function that `{{world}}` exports. Each returns a plain value until you implement it.
//
// Import the host's functions from the modules that types/world.d.ts declares. Names are in camelCase, 64-bit integers are numbers,
// variants are { tag, val }, options are a value or null, and the errors of a `result` are thrown.

{{stub}}
