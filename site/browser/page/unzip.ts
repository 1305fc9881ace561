import type { Packed, PackedFile } from './Packed.js';
import { unpacked } from './unpacked.js';

/** The record at the end of an archive, without its comment, and the longest comment. */
const END = 22;
const LONGEST_COMMENT = 65_535;
/** A file's record in the directory of an archive, and the header before its contents: both without their names. */
const [RECORD, HEADER] = [46, 30];
const [END_SIGN, RECORD_SIGN, HEADER_SIGN] = [0x06054b50, 0x02014b50, 0x04034b50];
const [STORED, DEFLATED] = [0, 8];

const viewOf = async (part: Blob): Promise<DataView<ArrayBuffer>> => new DataView(await part.arrayBuffer());

/** The time of a record, to two seconds, as the clock of the place shows it. */
const timeOf = (date: number, time: number): number =>
  new Date(
    1980 + (date >> 9),
    ((date >> 5) & 15) - 1,
    date & 31,
    time >> 11,
    (time >> 5) & 63,
    2 * (time & 31),
  ).getTime();

const endOf = (tail: DataView): number | undefined => {
  for (let at = tail.byteLength - END; at >= 0; at--) if (tail.getUint32(at, true) === END_SIGN) return at;
  return undefined;
};

/** The contents of a file: they follow its header, which has a length of its own. */
const contentsOf = async (
  archive: Blob,
  at: number,
  packedSize: number,
  size: number,
  method: number,
): Promise<Blob> => {
  const header = await viewOf(archive.slice(at, at + HEADER));
  if (header.byteLength < HEADER || header.getUint32(0, true) !== HEADER_SIGN) throw new Error('It is damaged.');
  const begin = at + HEADER + header.getUint16(26, true) + header.getUint16(28, true);
  const packed = archive.slice(begin, begin + packedSize);
  const contents = method === STORED ? packed : await unpacked(packed, 'deflate-raw', size);
  if (contents.size !== size) throw new Error('It is damaged.');
  return contents;
};

/**
 * The files in a zip archive, of which none is read before it is asked for. A file that is no archive has none.
 *
 * Rejects for an archive with a password, and for one of more than 4 GB or 65,535 files.
 *
 * @param most the most entries that are read
 */
export const unzip = async (archive: Blob, most: number): Promise<Packed> => {
  const tail = await viewOf(archive.slice(Math.max(0, archive.size - END - LONGEST_COMMENT)));
  const end = endOf(tail);
  if (end === undefined) return { files: [], links: new Map() };
  const [count, length, begin] = [
    tail.getUint16(end + 10, true),
    tail.getUint32(end + 12, true),
    tail.getUint32(end + 16, true),
  ];
  if (count === 0xffff || begin === 0xffffffff) throw new Error('It has more than 4 GB or 65,535 files.');
  const directory = await viewOf(archive.slice(begin, begin + length));
  const files: PackedFile[] = [];
  for (let at = 0, seen = 0; seen < Math.min(count, most) && at + RECORD <= directory.byteLength; seen++) {
    if (directory.getUint32(at, true) !== RECORD_SIGN) break;
    const [flags, method] = [directory.getUint16(at + 8, true), directory.getUint16(at + 10, true)];
    const [packedSize, size] = [directory.getUint32(at + 20, true), directory.getUint32(at + 24, true)];
    const nameLength = directory.getUint16(at + 28, true);
    const header = directory.getUint32(at + 42, true);
    const writtenAt = timeOf(directory.getUint16(at + 14, true), directory.getUint16(at + 12, true));
    const path = new TextDecoder().decode(
      new Uint8Array(directory.buffer, at + RECORD, Math.min(nameLength, directory.byteLength - at - RECORD)),
    );
    at += RECORD + nameLength + directory.getUint16(at + 30, true) + directory.getUint16(at + 32, true);
    // Some programs of Windows write its own separators. A folder ends with one.
    const name = path.replaceAll('\\', '/');
    if (name.endsWith('/')) continue;
    const read = async (): Promise<Blob> => {
      if ((flags & 1) !== 0) throw new Error('It has a password.');
      if (method !== STORED && method !== DEFLATED) throw new Error(`It is compressed in another way (${method}).`);
      return contentsOf(archive, header, packedSize, size, method);
    };
    files.push({ path: name, size, writtenAt, read });
  }
  return { files, links: new Map() };
};
