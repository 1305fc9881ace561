import type { Packed } from './Packed.js';

const BLOCK = 512;
/** The most bytes of a long name, which stands in a block of its own. */
const LONGEST_NAME = 100_000;

/** The text of a field of a header, which ends with a zero. */
const field = (header: Uint8Array, from: number, length: number): string =>
  new TextDecoder().decode(header.subarray(from, from + length)).replace(/\0.*$/s, '');

/** The value of a record of a POSIX header, such as `27 path=models/news/a.json`. */
const record = (records: string, key: string): string | undefined =>
  new RegExp(`^\\d+ ${key}=(.*)$`, 'm').exec(records)?.[1];

/**
 * The regular files in a tar archive, and where its links lead. The contents are read only when they are asked for. A
 * file that is no archive has none, and what follows a damaged header is left out. The names of any length that GNU and
 * POSIX archives have before the header of a file are understood.
 *
 * @param most the most entries that are read
 */
export const untar = async (archive: Blob, most: number): Promise<Packed> => {
  const files: Packed['files'][number][] = [];
  const links = new Map<string, string>();
  let longName: string | undefined;
  let longTarget: string | undefined;
  for (let at = 0, count = 0; at + BLOCK <= archive.size && count < most; count++) {
    const header = new Uint8Array(await archive.slice(at, at + BLOCK).arrayBuffer());
    const digits = /^[0-7]+$/.exec(field(header, 124, 12).trim());
    if (digits === null || field(header, 257, 5) !== 'ustar') break;
    const size = parseInt(digits[0], 8);
    const contents = archive.slice(at + BLOCK, at + BLOCK + size);
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    const type = field(header, 156, 1);
    if (/^[LKx]$/.test(type)) {
      const text = (await contents.slice(0, LONGEST_NAME).text()).replace(/\0.*$/s, '');
      if (type !== 'K') longName = type === 'L' ? text : (record(text, 'path') ?? longName);
      if (type !== 'L') longTarget = type === 'K' ? text : (record(text, 'linkpath') ?? longTarget);
      continue;
    }
    const prefix = field(header, 345, 155);
    const path = longName ?? `${prefix === '' ? '' : `${prefix}/`}${field(header, 0, 100)}`;
    // Folders have another type.
    if (/^0?$/.test(type)) {
      const writtenAt = 1000 * parseInt(field(header, 136, 12), 8);
      files.push({ path, size, writtenAt, read: () => Promise.resolve(contents) });
    } else if (type === '2') links.set(path, longTarget ?? field(header, 157, 100));
    longName = undefined;
    longTarget = undefined;
  }
  return { files, links };
};
