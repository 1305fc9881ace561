const BLOCK = 512;

/**
 * The files of a folder as a tar archive (POSIX ustar), which every system can unpack.
 *
 * @param folder the name of the folder in the archive
 * @param at the time of the files, in milliseconds
 */
export const tarOf = (folder: string, files: ReadonlyMap<string, Uint8Array>, at: number): Blob => {
  const parts = [...files].flatMap(([name, bytes]) => [
    headerOf(`${folder}/${name}`, bytes.length, at),
    bytes,
    new Uint8Array((BLOCK - (bytes.length % BLOCK)) % BLOCK),
  ]);
  // Two empty blocks end it.
  return new Blob([...parts, new Uint8Array(2 * BLOCK)] as BlobPart[], { type: 'application/x-tar' });
};

const headerOf = (name: string, size: number, at: number): Uint8Array => {
  const header = new Uint8Array(BLOCK);
  const write = (offset: number, text: string): void => header.set(new TextEncoder().encode(text), offset);
  const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0');
  write(0, name);
  write(100, `${octal(0o644, 7)}\0${octal(0, 7)}\0${octal(0, 7)}\0`);
  write(124, `${octal(size, 11)}\0${octal(Math.floor(at / 1000), 11)}\0`);
  write(156, '0');
  write(257, 'ustar\x0000');
  // The sum of all bytes, where those of the sum itself count as spaces.
  write(148, ' '.repeat(8));
  write(
    148,
    `${octal(
      header.reduce((sum, byte) => sum + byte, 0),
      6,
    )}\0 `,
  );
  return header;
};
