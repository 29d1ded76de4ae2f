/** An expression with its value. Evaluating any input is safe here, because the plugin runs in a sandbox. */
export const calculate = (expression) => `${expression} = ${(0, eval)(`(${expression})`)}`;
