// Shared data. Only filters that use it import the interface.

import { decode, encode } from "../common/text.js";
import { compareAndSet, get } from "witdock:proxy/shared-data@0.1.0";

/**
 * Changes a text in the shared data as one step: `change` gets the value, or undefined, and returns the new one. It is called again if
 * another thread has changed the value meanwhile. Returns the new value.
 */
export function update(key, change) {
  for (;;) {
    const entry = get(key);
    const value = change(entry ? decode(entry.value) : undefined);
    try {
      compareAndSet(key, encode(value), entry?.version);
      return value;
    } catch (error) {
      if ((error.payload ?? error).tag !== "changed") {
        throw error;
      }
    }
  }
}
