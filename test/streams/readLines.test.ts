import { PassThrough, Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { take } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import type { Rejection } from '../../src/contracts/rows/Rejection.js';
import { readLines } from '../../src/streams/readLines.js';
import { valve } from '../../src/streams/valve.js';
import { collect } from './collect.js';
import { fileOf } from './scratch.js';
import { serve, serveBody } from './servers.js';

const linesOf = async (...chunks: (string | Buffer)[]): Promise<readonly string[]> => {
  const { values, error } = await collect(readLines(Readable.from(chunks)));
  expect(error).toBeUndefined();
  return values;
};

describe('readLines', () => {
  it.each([
    ['LF', 'one\ntwo\n'],
    ['CRLF', 'one\r\ntwo\r\n'],
    ['CR', 'one\rtwo\r'],
    ['no line break at the end', 'one\ntwo'],
    ['a byte order mark', '\uFEFFone\ntwo'],
  ])('reads lines that end at %s', async (_name, text) => {
    expect(await linesOf(text)).toEqual(['one', 'two']);
    expect(await linesOf(...Array.from(text))).toEqual(['one', 'two']);
    expect(await linesOf(...Array.from(Buffer.from(text), (byte) => Buffer.from([byte])))).toEqual(['one', 'two']);
  });

  it('keeps empty lines, and has none for an empty body', async () => {
    expect(await linesOf('\n\na\r\n\r\n\r\rb\n')).toEqual(['', '', 'a', '', '', '', 'b']);
    expect(await linesOf('')).toEqual([]);
    expect(await linesOf()).toEqual([]);
    expect(await linesOf('\uFEFF')).toEqual([]);
  });

  it('gives back any lines, however they are cut', async () => {
    const line = fc.string({ unit: fc.constantFrom('a', ' ', 'é', '😀', '"', '\0', '\uFFFD'), maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 8 }),
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.integer({ min: 1, max: 7 }),
        async (lines, ending, size) => {
          const body = Buffer.from(lines.map((text) => text + ending).join(''));
          const chunks = Array.from({ length: Math.ceil(body.length / size) }, (_, i) =>
            body.subarray(i * size, (i + 1) * size),
          );
          expect(await linesOf(...chunks)).toEqual(lines);
        },
      ),
      { seed: 7, numRuns: 200 },
    );
  });

  it('reads a path, a file: URL, a gzipped file and an address', async () => {
    const path = fileOf('one\ntwo\n', 'lines.txt');
    expect((await collect(readLines(path))).values).toEqual(['one', 'two']);
    expect((await collect(readLines(new URL(`file://${path}`)))).values).toEqual(['one', 'two']);
    expect((await collect(readLines(fileOf(gzipSync('one\ntwo'), 'lines.gz')))).values).toEqual(['one', 'two']);
    expect((await collect(readLines(await serveBody('one\ntwo')))).values).toEqual(['one', 'two']);
  });

  it('emits each line as soon as it has come, whichever way it ends', async () => {
    const input = new PassThrough();
    const seen: string[] = [];
    const subscription = readLines(input).subscribe((line) => seen.push(line));
    for (const [text, expected] of [
      ['a', []],
      ['b\n', ['ab']],
      ['c\r', ['ab', 'c']],
      ['\nd\re', ['ab', 'c', 'd']],
      ['\r\n', ['ab', 'c', 'd', 'e']],
    ] as const) {
      input.write(text);
      await sleep(5);
      expect(seen).toEqual(expected);
    }
    subscription.unsubscribe();
  });

  it('rejects a line that is too long or not UTF-8, and goes on', async () => {
    const rejections: Rejection[] = [];
    const body = Buffer.concat([
      Buffer.from('12345\n123456\r\n'),
      Buffer.from([0xff, 0x0a]),
      Buffer.from('é\n'),
      Buffer.from('x'.repeat(1_000)),
    ]);
    for (const size of [1, 5, 1_000_000]) {
      rejections.length = 0;
      const chunks = Array.from({ length: Math.ceil(body.length / size) }, (_, i) =>
        body.subarray(i * size, (i + 1) * size),
      );
      const { values, error } = await collect(
        readLines(Readable.from(chunks), {
          maxLineBytes: 5,
          rejections: { next: (rejection) => void rejections.push(rejection) },
        }),
      );
      expect(error).toBeUndefined();
      expect(values).toEqual(['12345', 'é']);
      expect(rejections).toMatchObject([
        { reason: 'oversize', source: 'stream', id: 1, line: 2, byte: 6, expected: 'at most 5 bytes', got: '123456' },
        { reason: 'encoding', id: 2, line: 3, byte: 14, got: '\uFFFD' },
        { reason: 'oversize', id: 4, line: 5, byte: 19, got: 'xxxxxx' },
      ]);
    }
  });

  it('ends at the first such line where nobody takes rejections', async () => {
    const { values, error } = await collect(readLines(Readable.from(['ok\ntoo long\nok\n']), { maxLineBytes: 4 }));
    expect(values).toEqual(['ok']);
    expect(error).toMatchObject({ code: 'HW_REJECTIONS' });
  });

  it('honours the valve, and loses nothing', async () => {
    const brake = valve();
    const seen: string[] = [];
    let release: (() => void) | undefined;
    const done = new Promise<void>((resolve) => {
      readLines(Readable.from(['a\nb\n', 'c\nd\n']), { valve: brake }).subscribe({
        next: (line) => {
          seen.push(line);
          if (line === 'b') release = brake.hold();
        },
        complete: resolve,
      });
    });
    await sleep(30);
    expect(seen).toEqual(['a', 'b']);
    release?.();
    await done;
    expect(seen).toEqual(['a', 'b', 'c', 'd']);
  });

  it('destroys the stream that it was given when it is left, and closes a connection', async () => {
    const input = new PassThrough();
    const subscription = readLines(input).subscribe();
    await sleep(5);
    subscription.unsubscribe();
    expect(input.destroyed).toBe(true);
    const untouched = new PassThrough();
    readLines(untouched).subscribe().unsubscribe();
    expect(untouched.destroyed).toBe(true);

    let closed = false;
    const origin = await serve((_request, response) => {
      response.on('close', () => (closed = true));
      response.write('one\ntwo\n');
    });
    expect((await collect(readLines(origin).pipe(take(1)))).values).toEqual(['one']);
    await vi.waitFor(() => {
      expect(closed).toBe(true);
    });
  });

  it('emits nothing more once it is left within next', async () => {
    const seen: string[] = [];
    const subscription = readLines(Readable.from(['a\nb\nc\n'])).subscribe((line) => {
      seen.push(line);
      subscription.unsubscribe();
    });
    await sleep(20);
    expect(seen).toEqual(['a']);
  });

  it('refuses a stream that was read already', async () => {
    const input = Readable.from(['a\n']);
    const lines$ = readLines(input);
    expect((await collect(lines$)).values).toEqual(['a']);
    expect((await collect(lines$)).error).toMatchObject({ code: 'HW_USAGE' });
  });

  it('refuses a stream that is being read, and leaves it to who came first', async () => {
    const lines$ = readLines(Readable.from(['a\n', 'b\n']));
    const [first, second] = await Promise.all([collect(lines$), collect(lines$)]);
    expect(first).toEqual({ values: ['a', 'b'], error: undefined });
    expect(second).toMatchObject({ values: [], error: { code: 'HW_USAGE' } });
  });

  it('passes on what broke a stream before anyone read it', async () => {
    const broken = new Readable({ read: () => undefined });
    broken.on('error', () => undefined).destroy(new Error('cable out'));
    const { error } = await collect(readLines(broken));
    expect(error).toMatchObject({ code: 'HW_PATH', message: 'stream broke off after 0 lines: cable out.' });
  });

  it('passes on what breaks the source', async () => {
    const broken = new Readable({
      read() {
        this.destroy(new Error('cable out'));
      },
    });
    const { error } = await collect(readLines(broken));
    expect(error).toMatchObject({ code: 'HW_PATH', where: 'stream' });
    expect(String(error)).toContain('cable out');
    expect((await collect(readLines('/no/such/file'))).error).toMatchObject({ code: 'HW_PATH' });
    expect((await collect(readLines(Readable.from([1, 2])))).error).toMatchObject({ code: 'HW_USAGE' });
    expect((await collect(readLines(Readable.from([Buffer.from('\uFEFFa', 'utf16le')])))).error).toMatchObject({
      code: 'HW_CSV',
    });
  });

  it('refuses options that cannot work at once', () => {
    expect(() => readLines('x', { maxLineBytes: 0 })).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
    expect(() => readLines('gopher://x')).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
  });
});
