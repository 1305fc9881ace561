/**
 * The same as `{ ...row, [name]: value }`, in a fifth of the time. V8 copies quickly with a plain spread, but slowly if
 * the same expression adds a property.
 */
export const copyWith = <R extends object, K extends string, V>(
  row: R,
  name: K,
  value: V,
): R & Readonly<Record<K, V>> => {
  // A spread copies a column named `__proto__`. An assignment would set the prototype.
  if (Object.hasOwn(row, '__proto__')) return { ...row, [name]: value } as R & Record<K, V>;
  const copy = Object.assign({}, row) as R & Record<K, V>;
  copy[name] = value as (R & Record<K, V>)[K];
  return copy;
};
