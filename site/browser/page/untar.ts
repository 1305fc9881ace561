const BLOCK = 512;
/** The most files that are read of an archive. */
const MOST_FILES = 10_000;

/** The text of a field of a header, which ends with a zero. */
const field = (header: Uint8Array, from: number, length: number): string =>
  new TextDecoder().decode(header.subarray(from, from + length)).replace(/\0.*$/s, '');

/**
 * The regular files in a tar archive, by their paths. The contents are read only when they are asked for. A file that
 * is no archive has none, and what follows a damaged header is left out.
 */
export const untar = async (archive: Blob): Promise<ReadonlyMap<string, Blob>> => {
  const files = new Map<string, Blob>();
  for (let at = 0; at + BLOCK <= archive.size && files.size < MOST_FILES;) {
    const header = new Uint8Array(await archive.slice(at, at + BLOCK).arrayBuffer());
    const size = /^[0-7]+$/.exec(field(header, 124, 12).trim());
    if (size === null || field(header, 257, 5) !== 'ustar') break;
    const bytes = parseInt(size[0], 8);
    const [prefix, name] = [field(header, 345, 155), field(header, 0, 100)];
    const begin = at + BLOCK;
    // Folders and links have other types.
    if (/^0?$/.test(field(header, 156, 1)))
      files.set(prefix === '' ? name : `${prefix}/${name}`, archive.slice(begin, begin + bytes));
    at = begin + Math.ceil(bytes / BLOCK) * BLOCK;
  }
  return files;
};
