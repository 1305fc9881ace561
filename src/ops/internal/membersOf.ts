/** Entries sorted by group, and the start of each group. */
export interface Members {
  /** The entries, group after group, in rising order within a group. */
  readonly members: Int32Array;
  /** The offset of the first entry of each group, and the number of entries at the end. */
  readonly starts: Int32Array;
}

/** Sorts entries by their group, from 0 to `count` − 1. Entries with a negative group are left out. */
export const membersOf = (groups: Int32Array, count: number): Members => {
  const starts = new Int32Array(count + 1);
  for (const group of groups) if (group >= 0) starts[group + 1]!++;
  for (let group = 0; group < count; group++) starts[group + 1]! += starts[group]!;
  const next = starts.slice();
  const members = new Int32Array(starts[count]!);
  for (let entry = 0; entry < groups.length; entry++) {
    const group = groups[entry]!;
    if (group >= 0) members[next[group]!++] = entry;
  }
  return { members, starts };
};
