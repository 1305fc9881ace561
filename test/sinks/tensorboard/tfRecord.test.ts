import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskedCrc, tfRecord } from '../../../src/sinks/tensorboard/internal/tfRecord.js';
import { crcOf, readRecords } from './readEvents.js';

/** What a checksum was before it was turned and shifted. */
const unmask = (masked: number): number => {
  const turned = (masked - 0xa282ead8) >>> 0;
  return ((turned >>> 17) | (turned << 15)) >>> 0;
};

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('the checksum', () => {
  it.each([
    ['32 bytes of zeros', new Uint8Array(32), 0x8a9136aa],
    ['32 bytes of ones', new Uint8Array(32).fill(0xff), 0x62a8ab43],
    ['32 bytes that rise', Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
    ['32 bytes that fall', Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
    [
      'an iSCSI SCSI read command',
      Buffer.from(
        '01c00000000000000000000000000000140000000000040000000014000000182800000000000000' + '0200000000000000',
        'hex',
      ),
      0xd9963a56,
    ],
  ])('of %s is that of RFC 3720', (_what, bytes, wanted) => {
    expect(unmask(maskedCrc(bytes)).toString(16)).toBe(wanted.toString(16));
  });

  it('is what another implementation computes, of any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => unmask(maskedCrc(bytes)) === crcOf(bytes)));
  });
});

describe('a record', () => {
  it('begins as those of every event file do: 24 bytes follow', () => {
    expect(hex(tfRecord(new Uint8Array(24)).subarray(0, 12))).toBe('1800000000000000a37f4b22');
  });

  it('of any data is read back', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 70 }), { maxLength: 8 }), (all) => {
        expect(readRecords(Buffer.concat(all.map(tfRecord))).map(hex)).toEqual(all.map(hex));
      }),
    );
  });

  it('that is cut anywhere leaves those before it as they were', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 40 }),
        fc.uint8Array({ maxLength: 40 }),
        fc.nat(),
        (first, second, cut) => {
          const whole = tfRecord(first);
          const part = tfRecord(second);
          const file = Buffer.concat([whole, part.subarray(0, cut % part.length)]);
          expect(readRecords(file).map(hex)).toEqual([hex(first)]);
        },
      ),
    );
  });

  it('that is damaged anywhere is noticed', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 40 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (data, at, change) => {
          const record = tfRecord(data);
          const place = at % record.length;
          record[place] = record[place]! ^ change;
          expect(() => readRecords(record)).toThrow(/damaged/);
        },
      ),
    );
  });
});
