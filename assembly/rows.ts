import { doneBefore, noteDone } from './records';
import { at, store, storeHere } from './simd';

/** Arguments of {@link gatherRows}. */
@unmanaged
export class Gathering {
  from: usize;
  /** The row of `from` for each row of `to`. */
  index: usize;
  count: i32;
  width: i32;
  to: usize;
  /** The number of rows per task. */
  rows: i32;
}

/** to[k] = from[index[k]] */
export function gatherRows(g: Gathering, task: i32): void {
  const end = min((task + 1) * g.rows, g.count);
  for (let k = task * g.rows; k < end; k++)
    memory.copy(at(g.to, k * g.width), at(g.from, load<i32>(at(g.index, k)) * g.width), (<usize>g.width) << 2);
}

/** Arguments of {@link scatterRows}. */
@unmanaged
export class Scattering {
  from: usize;
  /**
   * The row of `to` to which each row of `from` is added, without duplicates. Rows with a negative index are skipped.
   */
  index: usize;
  count: i32;
  width: i32;
  to: usize;
  /** The number of rows per task. */
  rows: i32;
}

/** to[index[k]] += from[k] */
export function scatterRows(s: Scattering, task: i32): void {
  const end = min((task + 1) * s.rows, s.count);
  const done = doneBefore();
  for (let k = max(task * s.rows, done / s.width); k < end; k++) {
    const row = load<i32>(at(s.index, k));
    if (row < 0) continue;
    const first = k * s.width;
    const from = at(s.from, first), to = at(s.to, row * s.width);
    // The recorded progress is a number of values of `from`.
    for (let j = max(0, done - first); j < s.width; j += 4) {
      storeHere(at(to, j), f32x4.add(v128.load(at(to, j)), v128.load(at(from, j))), s.width - j);
      noteDone(min(first + j + 4, first + s.width));
    }
  }
}

/** to += from */
// @ts-ignore: decorator
@inline
function addRow(from: usize, to: usize, width: i32): void {
  for (let j = 0; j < width; j += 4)
    store(at(to, j), f32x4.add(v128.load(at(to, j)), v128.load(at(from, j))), width - j);
}

/** Arguments of {@link sumGroups}. */
@unmanaged
export class Grouping {
  from: usize;
  /** The rows of `from`, group after group. */
  members: usize;
  /** The offset of the first member of each group, and the number of members at the end. */
  starts: usize;
  groups: i32;
  width: i32;
  to: usize;
  /** The number of groups per task. */
  rows: i32;
}

/** to[g] = Σ from[k] over the members k of group g, in their order; zeros for an empty group */
export function sumGroups(g: Grouping, task: i32): void {
  const end = min((task + 1) * g.rows, g.groups);
  for (let group = task * g.rows; group < end; group++) {
    const last = load<i32>(at(g.starts, group + 1));
    const to = at(g.to, group * g.width);
    let member = load<i32>(at(g.starts, group));
    if (member == last) {
      memory.fill(to, 0, <usize>g.width << 2);
      continue;
    }
    memory.copy(to, at(g.from, load<i32>(at(g.members, member)) * g.width), <usize>g.width << 2);
    while (++member < last) addRow(at(g.from, load<i32>(at(g.members, member)) * g.width), to, g.width);
  }
}

/** Arguments of {@link sumRows}. */
@unmanaged
export class Summing {
  from: usize;
  count: i32;
  width: i32;
  to: usize;
  /** The number of columns per task, a multiple of sixteen. */
  columns: i32;
}

/**
 * to[j] = Σ from[k, j], in the order of k. Sixteen columns at a time, since their sums are independent of each other.
 */
export function sumRows(s: Summing, task: i32): void {
  const end = min((task + 1) * s.columns, s.width);
  const step = <usize>s.width << 2;
  for (let j = task * s.columns; j < end; j += 16) {
    let from = at(s.from, j);
    let s0 = f32x4.splat(0), s1 = f32x4.splat(0), s2 = f32x4.splat(0), s3 = f32x4.splat(0);
    for (let k = 0; k < s.count; k++, from += step) {
      s0 = f32x4.add(s0, v128.load(from));
      s1 = f32x4.add(s1, v128.load(from, 16));
      s2 = f32x4.add(s2, v128.load(from, 32));
      s3 = f32x4.add(s3, v128.load(from, 48));
    }
    const to = at(s.to, j);
    store(to, s0, end - j);
    store(to + 16, s1, end - j - 4);
    store(to + 32, s2, end - j - 8);
    store(to + 48, s3, end - j - 12);
  }
}

/** Arguments of {@link fill}. */
@unmanaged
export class Filling {
  to: usize;
  bytes: i32;
  /** The number of bytes per task. */
  part: i32;
}

/** Fills the bytes of a task with zeros. */
export function fill(f: Filling, task: i32): void {
  const from = task * f.part;
  memory.fill(f.to + <usize>from, 0, <usize>min(f.part, f.bytes - from));
}
