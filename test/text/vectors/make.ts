import { createHash } from 'node:crypto';
import { from, lastValueFrom } from 'rxjs';
import { collectVectors, type CollectVectorsOptions } from '../../../src/text/vectors/collectVectors.js';
import { vectorFileParts } from '../../../src/text/vectors/vectorFile.js';
import type { WordVectors } from '../../../src/text/vectors/WordVectors.js';

/** Word vectors of some words. */
export const vectorsOf = (
  words: Readonly<Record<string, readonly number[]>>,
  options?: CollectVectorsOptions,
): Promise<WordVectors> =>
  lastValueFrom(
    from(Object.entries(words).map(([word, values]) => ({ word, values: Float32Array.from(values) }))).pipe(
      collectVectors(options),
    ),
  );

export const sha256Of = (parts: readonly Uint8Array[]): string =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest('hex');

/** The bytes of the file that they are written to. */
export const fileOf = (vectors: WordVectors): Uint8Array =>
  new Uint8Array(Buffer.concat(vectorFileParts(vectors, sha256Of).parts));
