/**
 * The position of the first id that is not between 0 and `count - 1`, and is not `without`. If there is none, it is the
 * number of ids.
 */
export const firstOutside = (ids: Int32Array, count: number, without?: number): number => {
  let at = 0;
  // As unsigned integers, negative ids are larger than all others.
  while (at < ids.length && (ids[at]! >>> 0 < count || ids[at] === without)) at++;
  return at;
};
