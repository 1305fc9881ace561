import crc32c from 'crc-32/crc32c.js';

/** The constant that is added to the rotated checksum. */
const MASK = 0xa282ead8;

/**
 * A masked CRC-32C: rotated by 15 bits, plus a constant. Without the mask, the checksum of data that contains its own
 * checksum would be weak.
 *
 * @see RFC 3720, section B.4, for checksums of known bytes
 */
export const maskedCrc = (bytes: Uint8Array): number => {
  const crc = crc32c.buf(bytes);
  return (((crc >>> 15) | (crc << 17)) + MASK) >>> 0;
};

/** The size of a record without its data, in bytes. */
const FRAME_BYTES = 16;

/**
 * Data as one record of a TFRecord file: its length (8 bytes), the length's checksum (4), the data, the data's checksum
 * (4); all little-endian.
 *
 * A reader that finds an incomplete record at the end of a file waits for the rest, so a file can be read while it
 * grows.
 */
export const tfRecord = (data: Uint8Array): Uint8Array => {
  const record = new Uint8Array(FRAME_BYTES + data.length);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc(record.subarray(0, 8)), true);
  record.set(data, 12);
  view.setUint32(12 + data.length, maskedCrc(data), true);
  return record;
};
