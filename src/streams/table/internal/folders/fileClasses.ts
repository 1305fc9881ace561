import { parse } from 'node:path';
import { isSideName } from '../sideNames.js';

/** How the files of one folder hold texts of several classes. */
export interface FileClasses {
  /** Whether each file is one text, or each line of a file. */
  readonly texts: 'files' | 'lines';
  /** The class of each file, by its name. */
  readonly classes: ReadonlyMap<string, string>;
}

/** Extensions of files that are tables, and hold their classes themselves. */
const TABLE = /\.(csv|tsv|tab|json|jsonl|ndjson|arff|parquet|data|xlsx?|gz|zip)$/i;

/** Files that folders have beside their texts. */
const BESIDE = /^(readme|licen[cs]e|citation|notice|changelog)\b/i;

/** With more files, each of another class, the names are no classes. */
const MOST_CLASSES = 100;
/** With more classes than this share of the files, the names are no classes. */
const MOST_SHARE = 1 / 3;

/** The part of a name that is not a number: `pos` of `pos_12` and `12_pos`. */
const withoutNumbers = (stem: string): string => {
  const isOfWord = (character: string): boolean => /[^\d\s_.-]/.test(character);
  const characters = Array.from(stem);
  const first = characters.findIndex(isOfWord);
  return first === -1 ? '' : characters.slice(first, characters.findLastIndex(isOfWord) + 1).join('');
};

/**
 * The classes that the names of files say: `pos.txt` and `neg.txt` with a text in each line, `polarity.pos` and
 * `polarity.neg`, or `pos_1.txt`, `pos_2.txt`, … with one text each.
 *
 * @returns undefined if the names say no classes, or the files are tables
 */
export const classesOfFiles = (files: readonly string[]): FileClasses | undefined => {
  const texts = files.filter((file) => !BESIDE.test(file)).map((file) => ({ file, ...parse(file) }));
  if (texts.length < 2 || areTables(files) || texts.some(({ name }) => isSideName(name))) return undefined;
  const isByExtension = texts.every(({ name }) => name === texts[0]?.name);
  const named = texts.map(({ file, name, ext }) => [file, isByExtension ? ext.slice(1) : name] as const);
  const groups = new Set(named.map(([, stem]) => withoutNumbers(stem)));
  if (groups.has('')) return undefined;
  if (groups.size === named.length)
    return named.length > MOST_CLASSES ? undefined : { texts: 'lines', classes: new Map(named) };
  return groups.size < 2 || groups.size > named.length * MOST_SHARE
    ? undefined
    : { texts: 'files', classes: new Map(named.map(([file, stem]) => [file, withoutNumbers(stem)])) };
};

/** Whether files are tables, by their names. */
export const areTables = (files: readonly string[]): boolean => files.some((name) => TABLE.test(name));

/** A file of texts, and a file with the class of each of its lines. */
export interface ParallelFiles {
  readonly texts: string;
  readonly labels: string;
}

const TEXTS = /(^|[_.-])(texts?|sentences?|seq\.in|reviews?|utterances?)(\.txt)?$/i;
const LABELS = /(^|[_.-])(labels?|classes|targets?|intents?)(\.txt)?$/i;

/**
 * Finds texts and classes in two files, by their names: `train_text.txt` and `train_labels.txt`, `seq.in` and `label`.
 */
export const parallelFiles = (files: readonly string[]): ParallelFiles | undefined => {
  const trainFirst = files.toSorted((a, b) => Number(b.includes('train')) - Number(a.includes('train')));
  const texts = trainFirst.find((file) => TEXTS.test(file));
  const labels = trainFirst.find((file) => LABELS.test(file));
  return texts === undefined || labels === undefined ? undefined : { texts, labels };
};

/** Whether a file is a table of many rows, by its name. A text may be JSON. */
export const isTable = (file: string): boolean => /\.(csv|tsv|jsonl|ndjson|parquet|arff|xlsx?)(\.gz)?$/i.test(file);
