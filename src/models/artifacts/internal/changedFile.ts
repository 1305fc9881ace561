import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { MANIFEST_FILE } from '../../../contracts/models/Manifest.js';
import { sha256Hex } from '../../../contracts/runtime/sha256.js';

/** The first bytes of the file that Git keeps where Git LFS stores the content elsewhere. */
const LFS = 'version https://git-lfs.github.com/spec/';

/** The largest file of which Git may have converted the line ends, in bytes: weights are no text. */
const MOST_TEXT = 2 ** 24;

const CR = 13;
const LF = 10;

/** The bytes with the line ends of Unix. */
const withUnixLines = (content: Uint8Array): Uint8Array =>
  content.filter((byte, i) => byte !== CR || content[i + 1] !== LF);

const advice = (content: Uint8Array, sha256: string): string => {
  if (new TextDecoder().decode(content.subarray(0, LFS.length)) === LFS)
    return 'It is only a pointer of Git LFS: fetch the file with "git lfs pull".';
  if (content.length <= MOST_TEXT && sha256Hex(withUnixLines(content)) === sha256)
    return (
      'Only its line ends differ, which Git converts on Windows: put "* -text" into a file .gitattributes in the ' +
      'folder of the model, and check the model out again.'
    );
  return 'Take the files as they were saved, or train the model again.';
};

/**
 * The error for a file of a model that is not the one in the manifest, with advice for the ways in which Git changes
 * files.
 *
 * @param content its bytes
 * @param sha256 the SHA-256 in the manifest
 * @param where its path
 */
export const changedFile = (content: Uint8Array, sha256: string, where: string): HeadwaterError =>
  new HeadwaterError(
    'HW_ARTIFACT',
    `${where} is not the file that was saved with the model: its SHA-256 differs from the one in ${MANIFEST_FILE}. ` +
      advice(content, sha256),
    { where },
  );
