import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { createGzip } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { scratch } from './scratch.js';
import { serve } from './servers.js';

interface Taken {
  readonly rows: number;
  readonly rejections: number;
  readonly sum: number;
  /** Bytes by which the process grew at its largest. */
  readonly growth: number;
}

const countRows = async (source: string): Promise<Taken> => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--import',
    'tsx',
    join(import.meta.dirname, 'countRows.child.ts'),
    source,
  ]);
  return JSON.parse(stdout) as Taken;
};

function* rows(count: number): Generator<string> {
  yield 'n,title\n';
  for (let from = 0; from < count; from += 1_000) {
    let chunk = '';
    for (let n = from; n < from + 1_000; n++) chunk += n % 50 === 0 ? `${n},"quoted, so"\n` : `${n},headline\n`;
    yield chunk;
  }
}

const MB = 1_048_576;

describe('fetchCsv: memory', () => {
  it('reads 2,000,000 rows over HTTP while growing by less than 150 MB', async () => {
    const count = 2_000_000;
    const origin = await serve(
      (_request, response) => void Readable.from(rows(count), { objectMode: false }).pipe(response),
    );
    const { growth, ...counted } = await countRows(origin);
    expect(counted).toMatchObject({ rows: count, rejections: 0, sum: (count * (count - 1)) / 2 });
    expect(growth).toBeLessThan(150 * MB);
  });

  it('reads 400 MB of an unclosed quote out of a small gzip file while growing by less than 150 MB', async () => {
    // One line without an end, so that there is nowhere to go on: what is swallowed must not be kept.
    const line = Buffer.alloc(MB, 0x78);
    const bomb = Readable.from(
      (function* () {
        yield 'n,title\n1,one\n2,"';
        for (let i = 0; i < 400; i++) yield line;
        yield '\n3,three\n';
      })(),
    );
    const path = join(scratch(), 'bomb.csv.gz');
    const zipped: Buffer[] = [];
    for await (const chunk of bomb.pipe(createGzip({ level: 1 }))) zipped.push(chunk as Buffer);
    writeFileSync(path, Buffer.concat(zipped));
    const { growth, ...counted } = await countRows(path);
    expect(counted).toMatchObject({ rows: 2, rejections: 1, sum: 4 });
    expect(growth).toBeLessThan(150 * MB);
  });
});
