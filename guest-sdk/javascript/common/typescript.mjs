// Lets Node.js import TypeScript, for tests: `node --import ./sdk/common/typescript.mjs --test tests/*.test.ts`.

import { register } from "node:module";

register("./testing-hooks.mjs", import.meta.url, { data: {} });
process.setSourceMapsEnabled(true);
