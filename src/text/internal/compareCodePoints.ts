/**
 * Compares two strings by their code points, as Python and NumPy sort: negative where `a` comes first.
 *
 * JavaScript's `<` compares UTF-16 units, which puts an emoji before U+FF01. `localeCompare` depends on the locale.
 */
export const compareCodePoints = (a: string, b: string): number => {
  let i = 0;
  for (;;) {
    const x = a.codePointAt(i);
    const y = b.codePointAt(i);
    if (x === undefined || y === undefined) return a.length - b.length;
    if (x !== y) return x - y;
    i += x > 0xffff ? 2 : 1;
  }
};
