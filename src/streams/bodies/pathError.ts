import { codeOf } from '../../contracts/codeOf.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { messageOf } from '../../contracts/messageOf.js';

const unreadable: Readonly<Record<string, string>> = {
  ENOENT: 'No such file',
  ENOTDIR: 'No such file',
  EISDIR: 'Not a file but a directory',
  EACCES: 'No permission to read',
  EPERM: 'No permission to read',
  ELOOP: 'Symbolic links in a circle',
  ENAMETOOLONG: 'Too long a name',
};

/** What to do about errors that another path would not help. */
const remedies: Readonly<Record<string, string>> = {
  EMFILE: 'This process may open no more files: raise the limit (ulimit -n), or close files',
  ENFILE: 'The machine may open no more files: end other programs, or raise its limit',
  EIO: 'The disk or the network did not deliver it: check them, and start again',
  ESTALE: 'The network file system does not know it any more: mount it again, and start again',
};

const remedyFor = (path: string, code: string): string => {
  const known = remedies[code];
  if (known !== undefined) return known;
  // Node replaces the bytes of a name that are not UTF-8, and then does not find the file.
  if (path.includes('\ufffd')) return 'Its name is not UTF-8: rename it';
  if (path.startsWith('~')) return 'The shell has not replaced ~: write the path of the home folder';
  return path.includes(',')
    ? 'Give the path of a file that can be read, and several paths one by one, without commas'
    : 'Give the path of a file that can be read';
};

/** The error for a file or a folder that cannot be opened or read. */
export const pathError = (path: string, cause: unknown): HeadwaterError => {
  const code = String(codeOf(cause));
  const what = unreadable[code] ?? `Cannot read (${messageOf(cause)})`;
  return new HeadwaterError('HW_PATH', `${what}: ${path}. ${remedyFor(path, code)}.`, { cause, where: path });
};
