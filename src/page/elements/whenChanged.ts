/**
 * Calls a function only if one of its arguments differs from the last call. Rebuilding elements would lose the focus,
 * the selection and the scroll position.
 */
export const whenChanged = <Args extends readonly unknown[]>(
  show: (...args: Args) => void,
): ((...args: Args) => void) => {
  let before: Args | undefined;
  return (...args) => {
    if (before !== undefined && args.every((value, index) => value === before?.[index])) return;
    before = args;
    show(...args);
  };
};
