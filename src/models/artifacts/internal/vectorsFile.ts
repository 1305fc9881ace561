import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { sha256Hex } from '../../../contracts/runtime/sha256.js';
import { artifactError } from '../../../text/artifacts/readArtifact.js';
import { parseVectorFile, vectorFileParts } from '../../../text/vectors/vectorFile.js';
import type { WordVectors } from '../../../text/vectors/WordVectors.js';

const joined = (parts: readonly Uint8Array[], bytes: number): Uint8Array => {
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
};

/** The bytes of `vectors.hwv`: the word vectors of a model. */
export const encodeVectors = (vectors: WordVectors): Uint8Array => {
  const { parts, bytes } = vectorFileParts(
    vectors,
    // Vectors from such a file keep the same hash.
    (hashed) =>
      vectors.sha256 ??
      sha256Hex(
        joined(
          hashed,
          hashed.reduce((sum, { length }) => sum + length, 0),
        ),
      ),
  );
  return joined(parts, bytes);
};

/** Reads the bytes of `vectors.hwv`; its hash is checked with those of the manifest. */
export const decodeVectors = (bytes: Uint8Array, where: string): E.Either<HeadwaterError, WordVectors> =>
  pipe(
    parseVectorFile(bytes, { where }),
    E.mapLeft((error) => artifactError('file of word vectors', error.message, where, error)),
  );
