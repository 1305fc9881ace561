import { PassThrough, Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decodeContent } from '../../../../src/streams/bodies/http/decodeContent.js';
import { gunzip } from '../../../../src/streams/bodies/http/gunzip.js';
import { fetchHeadlines } from '../../../../src/streams/fetchHeadlines.js';
import type { TableNotice } from '../../../../src/streams/table/TableOptions.js';
import { collect } from '../../collect.js';
import { fileOf } from '../../scratch.js';

const TEXT = 'title,category\n' + 'Rain, then sun,Weather\n'.repeat(20_000);
const FIRST = gzipSync(TEXT.slice(0, 100_000));
const SECOND = gzipSync(TEXT.slice(100_000));
const MEMBERS = Buffer.concat([FIRST, SECOND]);

/** A member whose header has every optional field: extra data, a name, a comment and a checksum of the header. */
const adorned = (text: string): Buffer => {
  const plain = gzipSync(text);
  plain[3] = 2 + 4 + 8 + 16;
  const fields = Buffer.from('\x03\0abcnews.csv\0of a day\0\x12\x34', 'latin1');
  return Buffer.concat([plain.subarray(0, 10), fields, plain.subarray(10)]);
};

function* parts(bytes: Buffer, size: number): Generator<Buffer> {
  for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
}

const decoded = async (
  bytes: Buffer,
  size = 65_536,
): Promise<{ readonly text: string; readonly error: string | undefined; readonly surplus: number }> => {
  const chunks: Buffer[] = [];
  let surplus = 0;
  let error: string | undefined;
  try {
    const body = Readable.from(parts(bytes, size), { objectMode: false });
    for await (const chunk of await decodeContent(body, ['gzip'], 'a body', (count) => (surplus += count)))
      chunks.push(chunk as Buffer);
  } catch (cause) {
    error = (cause as NodeJS.ErrnoException).code;
  }
  return { text: Buffer.concat(chunks).toString(), error, surplus };
};

const whole = (text = TEXT, surplus = 0): Awaited<ReturnType<typeof decoded>> => ({ text, error: undefined, surplus });

describe('gzip', () => {
  it.each([1, 7, 1_000, 65_536])('reads members after each other, in chunks of %d bytes', async (size) => {
    expect(await decoded(MEMBERS, size)).toEqual(whole());
    expect(await decoded(Buffer.concat([FIRST, gzipSync(''), SECOND]), size)).toEqual(whole());
    expect(await decoded(Buffer.concat([adorned('one, '), adorned('two')]), size)).toEqual(whole('one, two'));
  });

  it.each([1, 65_536])('ignores and counts what follows and is no member, in chunks of %d bytes', async (size) => {
    for (const junk of ['<!-- cached -->', '\n', '\x1f', '\x1f\x8b', '\x1f\x8a\x08'])
      expect(await decoded(Buffer.concat([MEMBERS, Buffer.from(junk, 'latin1')]), size)).toMatchObject({
        text: TEXT,
        error: undefined,
      });
    expect(await decoded(Buffer.concat([MEMBERS, Buffer.from('more')]), size)).toEqual(whole(TEXT, 4));
    // A further member that was cut after its first or second byte.
    for (const cut of [1, 2])
      expect(await decoded(MEMBERS.subarray(0, FIRST.length + cut), size)).toEqual({
        ...(await decoded(FIRST)),
        surplus: cut,
      });
    expect(await decoded(Buffer.concat([MEMBERS, Buffer.alloc(512)]), size)).toEqual(whole());
  });

  it.each([1, 65_536])('errs for a member that is damaged or cut short, in chunks of %d bytes', async (size) => {
    for (const end of [5, 15, 1_000, FIRST.length - 1, FIRST.length + 3, FIRST.length + 30, MEMBERS.length - 8])
      expect((await decoded(MEMBERS.subarray(0, end), size)).error).toBe('Z_BUF_ERROR');
    for (const at of [2, MEMBERS.length - 6, MEMBERS.length - 2, FIRST.length - 1]) {
      const damaged = Buffer.from(MEMBERS);
      damaged[at] = 0xee;
      expect((await decoded(damaged, size)).error).toBe('Z_DATA_ERROR');
    }
    const endless = Buffer.concat([FIRST.subarray(0, 3), Buffer.from([8]), Buffer.alloc(200_000, 'n')]);
    expect((await decoded(endless, 10_000)).error).toBe('Z_DATA_ERROR');
  });

  it('reads many small members, whatever is among them', async () => {
    const lines = Array.from({ length: 40 }, (_, i) => `${i},Rain, then sun\n`);
    const small = lines.map((line) => gzipSync(line));
    const text = lines.join('');
    const bytes = Buffer.concat(small);
    // The mark of a member, in the text of one.
    const marked = gzipSync(Buffer.of(0x1f, 0x8b, 8), { level: 0 });
    for (const size of [300, 65_536]) {
      expect(await decoded(bytes, size)).toEqual(whole(text));
      expect(await decoded(Buffer.concat([bytes, marked]), size)).toEqual(whole(`${text}\x1f\ufffd\b`));
      expect(await decoded(Buffer.concat([bytes, Buffer.from('more')]), size)).toEqual(whole(text, 4));
      expect(await decoded(Buffer.concat([bytes, Buffer.alloc(9), bytes]), size)).toMatchObject({ text });
      expect(await decoded(bytes.subarray(0, -1), size)).toMatchObject({ error: 'Z_BUF_ERROR' });
      const damaged = Buffer.from(bytes);
      // The checksum of the last but one member.
      const at = bytes.length - (small.at(-1)?.length ?? 0) - 8;
      damaged[at] = damaged.readUInt8(at) ^ 1;
      const { text: before, error } = await decoded(damaged, size);
      expect(error).toBe('Z_DATA_ERROR');
      expect(before.startsWith(lines.slice(0, 38).join(''))).toBe(true);
    }
  });

  it.each([30_000, 200_000])('gives the text of small members in parts: %d bytes each', async (bytesEach) => {
    const long = Buffer.alloc(bytesEach, 'n');
    const bytes = Buffer.concat(Array.from({ length: 20 }, () => gzipSync(long)));
    let length = 0;
    for await (const chunk of gunzip(Readable.from([bytes]), () => undefined)) {
      expect(chunk.length).toBeLessThanOrEqual(65_536);
      length += chunk.length;
    }
    expect(length).toBe(20 * long.length);
  });

  it('closes a body that its reader leaves while it waits for more', async () => {
    const body = new PassThrough();
    body.write(FIRST.subarray(0, 500));
    const text = await decodeContent(body, ['gzip'], 'a body');
    text.destroy();
    await new Promise((resolve) => body.once('close', resolve));
    expect(body.destroyed).toBe(true);
  });

  it('tells what follows the gzip data of a table', async () => {
    const notices: TableNotice[] = [];
    const zipped = Buffer.concat([gzipSync('title,category\nRain,Weather\n'), Buffer.from('Sun,Weather\n')]);
    const path = fileOf(zipped, 'day.csv.gz');
    const { values } = await collect(fetchHeadlines(path, { onNotice: (notice) => notices.push(notice) }));
    expect(values).toMatchObject([{ title: 'Rain', category: 'Weather' }]);
    expect(notices).toEqual([{ type: 'surplus', source: path, bytes: 12 }]);
  });
});
