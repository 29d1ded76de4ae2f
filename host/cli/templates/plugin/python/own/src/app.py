"""The beginning of {{name}}: each function that `{{world}}` exports, with a plain value.

What the host lends are the modules of `wit_world.imports`. Variants are classes, `Case_Name(value)`, options a value or None, and the
error of a `result` is raised: `raise Err(…)`.
"""

{{stub}}
