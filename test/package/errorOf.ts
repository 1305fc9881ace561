/** A function or class of the public surface, whose types a caller in JavaScript does not see. */
export type Callable = (...args: readonly unknown[]) => unknown;

const isClass = (value: object): boolean => /^class\b/.test(Function.prototype.toString.call(value));

/** Calls a function, or makes an object of a class, and returns what it throws or rejects with. */
export const errorOf = async (value: Callable, args: readonly unknown[]): Promise<unknown> => {
  try {
    const result: unknown = isClass(value) ? Reflect.construct(value, args) : Reflect.apply(value, undefined, args);
    // A rejection is an error too. A promise that stays pending waits for input, so its arguments were accepted.
    if (result instanceof Promise) await Promise.race([result, new Promise((resolve) => setImmediate(resolve))]);
    return undefined;
  } catch (error) {
    return error;
  }
};
