import type * as Zlib from 'node:zlib';
import { CHUNK_BYTES } from '../bytes/ByteWindow.js';

/** The first bytes of a member (RFC 1952): the mark of gzip, then the only compression method that there is. */
const MAGIC = Buffer.of(0x1f, 0x8b, 8);

// The bits of the header's flags.
const HAS_CHECKSUM = 2;
const HAS_EXTRA = 4;
const HAS_NAME = 8;
const HAS_COMMENT = 16;

/** The bytes of a header without its optional fields. */
const FIXED_BYTES = 10;

/** The bytes after the compressed text: its CRC-32, and its length modulo 2^32. */
const TRAILER_BYTES = 8;

/** The longest header that is read. Its name and comment have no limit of their own. Bytes. */
const LONGEST_HEADER = 131_072;

/** An error as Node's own decoder throws it. */
const zlibError = (code: 'Z_DATA_ERROR' | 'Z_BUF_ERROR', message: string): Error =>
  Object.assign(new Error(message), { code });

const cutShort = (): Error => zlibError('Z_BUF_ERROR', 'unexpected end of file');

/** @returns the length of the header at the start of `bytes`; undefined if more bytes are needed */
const headerLength = (bytes: Buffer): number | undefined => {
  if (bytes.length < FIXED_BYTES) return undefined;
  const flags = bytes.readUInt8(MAGIC.length);
  let end = FIXED_BYTES;
  if ((flags & HAS_EXTRA) !== 0) {
    if (bytes.length < end + 2) return undefined;
    end += 2 + bytes.readUInt16LE(end);
  }
  for (const field of [HAS_NAME, HAS_COMMENT]) {
    if ((flags & field) === 0) continue;
    const zero = bytes.indexOf(0, end);
    if (zero < 0) return undefined;
    end = zero + 1;
  }
  if ((flags & HAS_CHECKSUM) !== 0) end += 2;
  return end <= bytes.length ? end : undefined;
};

const notZero = (bytes: Buffer): number => bytes.reduce((count, byte) => (byte === 0 ? count : count + 1), 0);

/** The most text that is decompressed at once from several members. Bytes. */
const MOST_AT_ONCE = 16 * CHUNK_BYTES;

/** The whole members at the start of some bytes. */
interface WholeMembers {
  readonly text: Buffer;
  /** Their compressed length. */
  readonly length: number;
}

/**
 * Decompresses all members but the last that begins in `bytes`. One call for hundreds of small members is ten times as
 * fast as a call for each.
 *
 * @param zlib the module, as not every runtime has it
 * @returns undefined if there is one member, or too much text, or anything that is not a whole member: the members then
 *   have to be read one by one
 */
const wholeMembers = async (zlib: typeof Zlib, bytes: Buffer): Promise<WholeMembers | undefined> => {
  // These bytes may also be in compressed text. Then the member before them is not whole, which is an error below.
  const length = bytes.lastIndexOf(MAGIC);
  if (length <= 0) return undefined;
  const options = { chunkSize: CHUNK_BYTES, maxOutputLength: MOST_AT_ONCE, info: true };
  return new Promise((resolve) => {
    zlib.gunzip(bytes.subarray(0, length), options, (error, result) => {
      // With `info`, the result also has the decoder, which stops at what is no member. There is none after an error.
      const { buffer, engine } = ((result as unknown) ?? {}) as {
        readonly buffer?: Buffer;
        readonly engine?: Zlib.Gunzip;
      };
      const isWhole = error === null && buffer !== undefined && engine?.bytesWritten === length;
      resolve(isWhole ? { text: buffer, length } : undefined);
    });
  });
};

/** Decompresses the next bytes of a member, as far as they belong to it. */
async function* inflated(inflate: Zlib.InflateRaw, bytes: Buffer): AsyncGenerator<Buffer, void, undefined> {
  const state: { taken: boolean; failure?: Error } = { taken: false };
  let wake = (): void => undefined;
  const stir = (): void => wake();
  const failed = (error: Error): void => {
    state.failure = error;
    wake();
  };
  inflate.on('readable', stir).on('error', failed);
  try {
    inflate.write(bytes, () => {
      state.taken = true;
      wake();
    });
    for (;;) {
      const text = inflate.read() as Buffer | null;
      if (text !== null) yield text;
      else if (state.failure !== undefined) throw state.failure;
      else if (state.taken) return;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    inflate.off('readable', stir).off('error', failed);
  }
}

/**
 * Decompresses gzip: one member, or several after each other.
 *
 * Bytes after the last member that do not begin another one are ignored, as the program gzip, curl and browsers do.
 * Node's own decoder takes them for a damaged member, and drops the text before them.
 *
 * @param surplus receives the number of ignored bytes, in parts. Zeros, which fill blocks, are not counted
 * @throws an error with a code `Z_…`, like Node's own decoder, if a member is damaged or is cut short
 */
export async function* gunzip(
  body: AsyncIterable<Buffer>,
  surplus: (bytes: number) => void,
): AsyncGenerator<Buffer, void, undefined> {
  // Imported here, because not every runtime has this function.
  const zlib = await import('node:zlib');
  const { crc32, createInflateRaw } = zlib;
  /** The bytes of a header or a trailer that is not complete yet. */
  let kept: Buffer = Buffer.alloc(0);
  /** The decoder of the member; undefined in a header. */
  let inflate: Zlib.InflateRaw | undefined;
  let textEnded = false;
  let sum = 0;
  let length = 0;
  /** The bytes of the member that the decoder received. */
  let given = 0;
  let members = 0;
  let isSurplus = false;

  try {
    for await (const chunk of body) {
      if (isSurplus) {
        surplus(notZero(chunk));
        continue;
      }
      let bytes = kept.length === 0 ? chunk : Buffer.concat([kept, chunk]);
      kept = Buffer.alloc(0);
      let together = true;
      while (bytes.length > 0) {
        if (inflate === undefined) {
          if (!MAGIC.every((byte, i) => i >= bytes.length || bytes[i] === byte)) {
            if (members === 0) throw zlibError('Z_DATA_ERROR', 'incorrect header check');
            isSurplus = true;
            surplus(notZero(bytes));
            break;
          }
          const header = headerLength(bytes);
          if (header === undefined) {
            if (bytes.length > LONGEST_HEADER) throw zlibError('Z_DATA_ERROR', 'header too long');
            kept = bytes;
            break;
          }
          const whole = together ? await wholeMembers(zlib, bytes) : undefined;
          // If it failed once, it would fail again for the rest of these bytes.
          together = false;
          if (whole !== undefined) {
            for (let at = 0; at < whole.text.length; at += CHUNK_BYTES) yield whole.text.subarray(at, at + CHUNK_BYTES);
            bytes = bytes.subarray(whole.length);
            members++;
            continue;
          }
          bytes = bytes.subarray(header);
          inflate = createInflateRaw({ chunkSize: CHUNK_BYTES });
          inflate.on('error', () => undefined);
          [textEnded, sum, length, given] = [false, 0, 0, 0];
        } else if (!textEnded) {
          for await (const text of inflated(inflate, bytes)) {
            sum = crc32(text, sum);
            length += text.length;
            yield text;
          }
          given += bytes.length;
          const left = given - inflate.bytesWritten;
          textEnded = left > 0;
          bytes = bytes.subarray(bytes.length - left);
        } else if (bytes.length < TRAILER_BYTES) {
          kept = bytes;
          break;
        } else {
          if (bytes.readUInt32LE(0) !== sum) throw zlibError('Z_DATA_ERROR', 'incorrect data check');
          if (bytes.readUInt32LE(4) !== length % 2 ** 32) throw zlibError('Z_DATA_ERROR', 'incorrect length check');
          bytes = bytes.subarray(TRAILER_BYTES);
          inflate.destroy();
          inflate = undefined;
          members++;
        }
      }
    }
    // Fewer bytes than a mark say nothing about a further member.
    if (inflate !== undefined || members === 0 || kept.length >= MAGIC.length) throw cutShort();
    surplus(notZero(kept));
  } finally {
    inflate?.destroy();
  }
}
