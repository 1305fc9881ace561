import type { FieldsOfLine } from './LinesReader.js';

/** A class, with or without a colon, then a text: `DESC:manner How did it begin ?`. */
const LINE = /^\s*(\S+?):?\s+(\S.*)$/s;

/** With fewer lines, the number of repeated first words means nothing. */
const ENOUGH_LINES = 6;
/** The largest share of different first words. Sentences have a larger share. */
const MOST_CLASSES = 0.2;
/**
 * The largest share of first words that occur only once. Few classes occur once in a sample, but most first words of
 * sentences do.
 */
const MOST_SINGLE = 0.3;
const LONGEST_CLASS = 40;

/** The fields of a line that begins with its class. */
export const labelledFields: FieldsOfLine = (line) => {
  const found = LINE.exec(line);
  if (found === null) return { expected: 'a line such as "NAME text"' };
  const fields = Object.create(null) as Record<string, string>;
  fields['label'] = found[1]!;
  fields['text'] = found[2]!.trim();
  return fields;
};

/**
 * Whether the first lines show that every line begins with a class: there are few different first words, and they
 * repeat.
 */
export const areLabelled = (lines: readonly string[]): boolean => {
  const filled = lines.filter((line) => line.trim() !== '');
  if (filled.length < ENOUGH_LINES) return false;
  const labels = filled.flatMap((line) => LINE.exec(line)?.[1] ?? []);
  if (labels.length < filled.length * 0.98) return false;
  const counts = new Map<string, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const once = [...counts.values()].filter((count) => count === 1).length;
  return (
    counts.size >= 2 &&
    counts.size <= Math.max(2, labels.length * MOST_CLASSES) &&
    once <= counts.size * MOST_SINGLE &&
    [...counts.keys()].every((label) => label.length <= LONGEST_CLASS && /[\p{L}\p{N}]/u.test(label))
  );
};
