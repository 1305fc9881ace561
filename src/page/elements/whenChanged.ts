/**
 * A function that is called with what it is given where any of it is another than before. What is built anew loses the
 * focus, a selection and how far it was scrolled.
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
