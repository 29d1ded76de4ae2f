// {{name}}: a plugin for {{world}}.

{{stub}}
