"""{{name}}: every function that `{{world}}` exports. Each returns a plain value until you implement it.

The host's functions are in the modules of `wit_world.imports`. Variants are classes, `Case_Name(value)`, options are a value or None, and
the error of a `result` is raised: `raise Err(…)`.
"""

{{stub}}
