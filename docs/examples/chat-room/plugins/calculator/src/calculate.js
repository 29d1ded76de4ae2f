/** The value of an expression, beside it. Whatever a person writes may be evaluated here: the sandbox is around all of it. */
export const calculate = (expression) => `${expression} = ${(0, eval)(`(${expression})`)}`;
