import crc32c from 'crc-32/crc32c.js';

/** What is added to a turned checksum. */
const MASK = 0xa282ead8;

/**
 * CRC-32C, turned by 15 bits and shifted by a constant: bytes that hold a checksum of their own would have a poor one
 * otherwise.
 *
 * @see RFC 3720, section B.4, for checksums of known bytes
 */
export const maskedCrc = (bytes: Uint8Array): number => {
  const crc = crc32c.buf(bytes);
  return (((crc >>> 15) | (crc << 17)) + MASK) >>> 0;
};

/** The bytes that a record has besides its data. */
const FRAME_BYTES = 16;

/**
 * Data as one record of a TFRecord file: its length (8 bytes), the length's checksum (4), the data, its checksum (4);
 * all little-endian.
 *
 * A reader that meets the end of the file within a record waits for the rest of it, so a file may be read while it
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
