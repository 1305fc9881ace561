import * as E from 'fp-ts/lib/Either.js';
import type { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { artifactError } from '../../../text/artifacts/readArtifact.js';
import { isAscending, SeenTexts } from '../../../text/SeenTexts.js';

const WHAT = 'file of seen texts';

/** The first bytes of the file: `HWSEEN` and the version of the format, 01. */
const MAGIC = new TextEncoder().encode('HWSEEN01');

/** The bytes of `seen.bin`: 8 bytes that name the format, then the hashes as uint32, little-endian and ascending. */
export const encodeSeen = ({ hashes }: SeenTexts): Uint8Array => {
  const bytes = new Uint8Array(MAGIC.length + 4 * hashes.length);
  bytes.set(MAGIC);
  const view = new DataView(bytes.buffer, MAGIC.length);
  hashes.forEach((hash, i) => view.setUint32(4 * i, hash, true));
  return bytes;
};

/** Reads the bytes of `seen.bin`. The file is not trusted: everything in it is checked. */
export const decodeSeen = (bytes: Uint8Array, where: string): E.Either<HeadwaterError, SeenTexts> => {
  const bad = (why: string) => E.left(artifactError(WHAT, why, where));
  if (!MAGIC.every((byte, i) => bytes[i] === byte)) return bad('it does not begin with HWSEEN01');
  const length = (bytes.length - MAGIC.length) / 4;
  if (!Number.isInteger(length)) return bad(`its ${bytes.length} bytes do not end with a whole hash`);
  const view = new DataView(bytes.buffer, bytes.byteOffset + MAGIC.length);
  const hashes = Uint32Array.from({ length }, (_, i) => view.getUint32(4 * i, true));
  if (!isAscending(hashes)) return bad('its hashes are not in ascending order');
  return E.right(SeenTexts.fromHashes(hashes));
};
