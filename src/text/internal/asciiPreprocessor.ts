import { nodeModule } from '../../contracts/runtime/nodeModule.js';

const OTHER = -1;
const SPACE = -2;
const OPEN = -3;
const LOW_LINE = 95;

/**
 * What each ASCII character is to the scan: for one of a word itself, in lower case, and for others one of the three
 * below zero.
 */
const CODES = Int8Array.from({ length: 128 }, (_, unit) => {
  const character = String.fromCharCode(unit);
  if (/\w/.test(character)) return character.toLowerCase().charCodeAt(0);
  if (/[\t-\r\x1c-\x20]/.test(character)) return SPACE;
  return character === '(' ? OPEN : OTHER;
});

/** Longer texts are left to the patterns, so that nothing but this is held. */
const LONGEST = 16_384;

/** Bytes to put a text together in, and what makes a text of the first of them. */
const makeScratch = (): { readonly kept: Uint8Array; readonly keptText: (size: number) => string } => {
  // Node's bytes become a text several times as fast as those of a browser.
  const NodeBuffer = nodeModule('node:buffer')?.Buffer;
  if (NodeBuffer === undefined) {
    const kept = new Uint8Array(LONGEST);
    return { kept, keptText: (size) => String.fromCharCode(...kept.subarray(0, size)) };
  }
  const kept = NodeBuffer.allocUnsafe(LONGEST);
  return { kept, keptText: (size) => kept.toString('latin1', 0, size) };
};

/** Where a text is put together. One is enough: no two texts are at once. */
const { kept, keptText } = makeScratch();

/**
 * A word begins and ends as a run of word characters does, so its edges are those of the runs; and the scan looks for
 * parentheses outside of stop words alone.
 */
const SCANNABLE = /^\w(?:[^()]*\w)?$/;

const hashed = (hash: number, unit: number): number => Math.imul(hash ^ unit, 0x01000193);

/** What a stop word is after its first run of word characters: nothing, or from `don't` on its `'t`. */
interface Candidates {
  readonly run: string;
  readonly hash: number;
  /** In the order in which the words are tried. */
  readonly rests: readonly string[];
}

/**
 * The stop words by their first run, in an open hash table at most a quarter full: most words of a text fall on a free
 * slot and are done with.
 */
const tableOf = (words: readonly string[]): readonly (Candidates | undefined)[] => {
  const byRun = new Map<string, string[]>();
  for (const word of words) {
    const run = /^\w+/.exec(word)![0];
    const rests = byRun.get(run);
    if (rests === undefined) byRun.set(run, [word.slice(run.length)]);
    else rests.push(word.slice(run.length));
  }
  const table = Array<Candidates | undefined>(2 ** Math.ceil(Math.log2(4 * byRun.size + 1))).fill(undefined);
  for (const [run, rests] of byRun) {
    let hash = 0;
    for (let i = 0; i < run.length; i++) hash = hashed(hash, run.charCodeAt(i));
    let slot = hash & (table.length - 1);
    while (table[slot] !== undefined) slot = (slot + 1) & (table.length - 1);
    table[slot] = { run, hash, rests };
  }
  return table;
};

/** Whether `text` has `word` at `at`, in whatever case. */
const stands = (word: string, text: string, at: number): boolean => {
  if (at + word.length > text.length) return false;
  for (let i = 0; i < word.length; i++) {
    const unit = text.charCodeAt(at + i);
    if (unit > 127) return false;
    const code = CODES[unit]!;
    if ((code > 0 ? code : unit) !== word.charCodeAt(i)) return false;
  }
  return true;
};

const isWordAt = (text: string, at: number): boolean => {
  if (at === text.length) return false;
  const unit = text.charCodeAt(at);
  return unit < 128 && CODES[unit]! > 0;
};

/**
 * Where the stop word ends whose first run is `text` from `start` to `end`, or -1 where there is none: the first that
 * fits and has an edge after it.
 */
const stopWordEnd = ({ run, rests }: Candidates, text: string, start: number, end: number): number => {
  if (run.length !== end - start || !stands(run, text, start)) return -1;
  for (const rest of rests) {
    const after = end + rest.length;
    if (rest === '' || (stands(rest, text, end) && !isWordAt(text, after))) return after;
  }
  return -1;
};

/**
 * Makes what `textPreprocessor` does in one pass over the characters of a text, for texts of ASCII alone.
 *
 * Headlines are ASCII but for one in a hundred, and the patterns, which know every script, try 179 words at each edge
 * of a word with lookarounds and then build three strings; the scan looks each word up and builds one. It takes a tenth
 * of their time. The two must agree in every character: a property test compares them.
 *
 * What it rests on: a stop word that begins and ends with a word character can stand only where a run of word
 * characters begins, and where it does not stand the whole run is kept; what leaves with a stop word is that word and
 * white space, so parentheses match as they do in the text.
 *
 * @param words the stop words, lower-cased
 * @returns a function that gives undefined for a text that it leaves to the patterns; or undefined where the words
 *   themselves are such that it cannot work
 */
export const asciiPreprocessor = (words: readonly string[]): ((text: string) => string | undefined) | undefined => {
  // A word that is not ASCII is in no text that is.
  const ascii = words.filter((word) => /^[\0-\x7f]+$/.test(word));
  if (!ascii.every((word) => SCANNABLE.test(word))) return undefined;
  const table = tableOf(ascii);
  const mask = table.length - 1;

  return (text) => {
    const { length } = text;
    if (length > LONGEST) return undefined;
    /** How much of `kept` is taken. */
    let size = 0;
    /** Whether something other than letters and digits has been kept since the last of these. */
    let apart = false;
    let lastClosing: number | undefined;
    let at = 0;
    while (at < length) {
      const unit = text.charCodeAt(at);
      if (unit > 127) return undefined;
      let code = CODES[unit]!;
      if (code < 0) {
        if (code === OPEN) {
          lastClosing ??= text.lastIndexOf(')');
          if (lastClosing > at) {
            const closing = text.indexOf(')', at);
            for (; at < closing; at++) if (text.charCodeAt(at) > 127) return undefined;
            at = closing + 1;
            continue;
          }
        }
        apart = true;
        at++;
        continue;
      }
      // The run is kept as it is read, and taken back where it turns out to be a stop word.
      const start = at;
      const sizeBefore = size;
      const apartBefore: boolean = apart;
      let hash = 0;
      do {
        hash = hashed(hash, code);
        if (code === LOW_LINE) {
          apart = true;
        } else {
          if (apart) {
            if (size > 0) kept[size++] = 32;
            apart = false;
          }
          kept[size++] = code;
        }
        if (++at === length) break;
        const next = text.charCodeAt(at);
        if (next > 127) return undefined;
        code = CODES[next]!;
      } while (code > 0);
      for (
        let slot = hash & mask, candidates = table[slot];
        candidates !== undefined;
        slot = (slot + 1) & mask, candidates = table[slot]
      ) {
        if (candidates.hash !== hash) continue;
        const end = stopWordEnd(candidates, text, start, at);
        if (end === -1) continue;
        size = sizeBefore;
        apart = apartBefore;
        at = end;
        while (at < length && CODES[text.charCodeAt(at)] === SPACE) at++;
        break;
      }
    }
    return keptText(size);
  };
};
