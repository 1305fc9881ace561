import { crc32, deflateRawSync } from 'node:zlib';

type Value = readonly [at: number, bytes: 2 | 4, value: number];

const record = (size: number, ...values: readonly Value[]): Buffer => {
  const made = Buffer.alloc(size);
  for (const [at, bytes, value] of values) made.writeUIntLE(value, at, bytes);
  return made;
};

/** A zip archive of these files. The format: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT */
export const zipOf = (files: Readonly<Record<string, string | Uint8Array>>): Buffer => {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(files)) {
    const packed = deflateRawSync(text);
    // The version, the method (deflate), the date, the checksum, both sizes, and the length of the name.
    const fields = (at: number): readonly Value[] => [
      [at, 2, 20],
      [at + 4, 2, 8],
      [at + 8, 2, 0x21],
      [at + 10, 4, crc32(text)],
      [at + 14, 4, packed.length],
      [at + 18, 4, Buffer.byteLength(text)],
      [at + 22, 2, Buffer.byteLength(name)],
    ];
    directory.push(record(46, [0, 4, 0x02014b50], ...fields(6), [42, 4, offset]), Buffer.from(name));
    const local = [record(30, [0, 4, 0x04034b50], ...fields(4)), Buffer.from(name), packed];
    parts.push(...local);
    offset += local.reduce((sum, { length }) => sum + length, 0);
  }
  const count = directory.length / 2;
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  const end = record(22, [0, 4, 0x06054b50], [8, 2, count], [10, 2, count], [12, 4, size], [16, 4, offset]);
  return Buffer.concat([...parts, ...directory, end]);
};
