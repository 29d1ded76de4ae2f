// {{name}}: a plugin for {{world}}.
package main

{{stub}}
