// Evaluates expressions.
//
// An interface that the plugin exports is an object with its functions, a resource is a class in it. Errors are thrown: a variant is its case
// as `tag` and its value as `val`. Host interfaces are imported by name and version.

import { say } from "chat-room:plugin/room@0.1.1";
import { calculate } from "./calculate.js";

export const bot = {
  commands: () => [{ name: "calc", help: "evaluates an expression: /calc 6 * 7" }],

  run(command, argument) {
    if (argument.trim() === "") {
      throw { tag: "usage", val: "/calc EXPRESSION, for example /calc 6 * 7" };
    }
    try {
      return calculate(argument);
    } catch (error) {
      throw { tag: "failed", val: String(error) };
    }
  },

  Conversation: class {
    constructor(person) {
      this.person = person;
    }

    hear({ text }) {
      const [, question] = /^what is (.+?)\s*\?*$/i.exec(text) ?? [];
      if (question === undefined) {
        return undefined;
      }
      try {
        return calculate(question);
      } catch {
        say(`Nobody knows what ${question} is, ${this.person}.`);
      }
    }
  },
};
