import { foldCase } from '../../../src/text/unicode/foldCase.js';
import type { SparseRow } from '../../../src/contracts/rows/SparseRows.js';

/** FNV-1a, 32 bit, over UTF-16 units, cut to the lower bits: written with BigInt, as its authors describe it. */
const fnv1a = (text: string, bits: number): number => {
  let hash = 0x811c9dc5n;
  for (let at = 0; at < text.length; at++) hash = ((hash ^ BigInt(text.charCodeAt(at))) * 0x01000193n) % 2n ** 32n;
  return Number(hash % 2n ** BigInt(bits));
};

const wordsOf = (tokens: readonly string[]): readonly string[] => {
  const edged = ['<s>', ...tokens, '</s>'];
  return [
    ...tokens.map((token) => `w ${token}`),
    ...(tokens.length === 0 ? [] : edged.slice(1).map((token, at) => `b ${edged[at]!} ${token}`)),
  ];
};

const gramsOf = (tokens: readonly string[]): readonly string[] =>
  tokens.flatMap((token) => {
    const edged = `<${token}>`;
    return [2, 3, 4, 5].flatMap((n) =>
      Array.from({ length: Math.max(0, edged.length - n + 1) }, (_, at) => `c ${edged.slice(at, at + n)}`),
    );
  });

const countsOf = (features: readonly string[], bits: number): Map<number, number> => {
  const counts = new Map<number, number>();
  for (const feature of features) {
    const id = fnv1a(feature, bits);
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
};

/** The two blocks of features of a text in lower case, as `wideFeatures` describes them, by way of strings. */
export const blocksOf = (text: string, bits: number): readonly Map<number, number>[] => {
  const tokens = foldCase(text)
    .split(' ')
    .filter((token) => token !== '');
  return [countsOf(wordsOf(tokens), bits), countsOf(gramsOf(tokens), bits)];
};

/** The same of a text and what a document frequency says of it, as sorted triples of block, feature and value. */
export const weighted = (
  text: string,
  bits: number,
  train: readonly string[],
): readonly (readonly [number, number, number])[] => {
  const frequencies = new Map<number, number>();
  for (const one of train)
    for (const block of blocksOf(one, bits))
      for (const id of block.keys()) frequencies.set(id, (frequencies.get(id) ?? 0) + 1);
  const all = train.length;
  return blocksOf(text, bits).flatMap((block, number) => {
    const values = [...block].map(([id, count]) => {
      const occurs = Math.min(all, frequencies.get(id) ?? 0);
      return [number, id, (1 + Math.log(count)) * (Math.log((1 + all) / (1 + occurs)) + 1)] as const;
    });
    const norm = Math.sqrt(values.reduce((sum, [, , value]) => sum + value * value, 0));
    return values.map(([block_, id, value]) => [block_, id, value / norm] as const).sort((a, b) => a[1] - b[1]);
  });
};

/**
 * A sparse row of two blocks as such triples; the second block begins at the first feature that it has and the first
 * has not.
 */
export const sortedBlocks = (
  { ids, values }: SparseRow,
  firstBlock: number,
): readonly (readonly [number, number, number])[] =>
  Array.from(ids, (id, at) => [at < firstBlock ? 0 : 1, id, values[at]!] as const).sort(
    (a, b) => a[0] - b[0] || a[1] - b[1],
  );
