// Builds the component of a plugin for any interface: `node build.mjs WIT WORLD SOURCE OUTPUT`. The command of a plugin's `[build]`.
// WIT is a file or a folder with `deps`, and WORLD the qualified name of the plugin's world: `namespace:package/world`.

import { mainOfWorld } from "./component.mjs";

await mainOfWorld();
