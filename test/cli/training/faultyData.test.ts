import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { sampleCsv } from '../../../src/streams/sample/sampleCsv.js';
import { faultyServer, type FaultyServer, type FaultyServerOptions } from '../../../src/testing/faultyServer.js';
import { inProcess } from '../inProcess.js';
import { workFolder } from '../headwater.js';

const tableOf = (seed: number): string => [...sampleCsv({ rows: 120, seed })].join('');
const BODY = tableOf(1);
const OTHER = tableOf(2);
const HALF = BODY.length >> 1;
const folder = workFolder();

const serving = (options: FaultyServerOptions): Promise<FaultyServer> =>
  new Promise((resolve, reject) => {
    const serve$ = faultyServer(BODY, options).subscribe({ next: resolve, error: reject });
    onTestFinished(() => serve$.unsubscribe());
  });

const SIZES = ['--architecture', 'lesson', '--hidden-dim', '8', '--embedding-dim', '4', '--fc-dim', '4'];

const train = async (data: string, out: string) => {
  const ended = await inProcess(['train', '--data', data, '--out', out, '--epochs', '1', ...SIZES]);
  return { ...ended, weights: join(out, 'model.safetensors') };
};

let runs = 0;
const outFolder = (): string => join(folder, String((runs += 1)));

/** The weights of a training on the table as a file. */
let plain = Buffer.alloc(0);
beforeAll(async () => {
  const [file, out] = [join(folder, 'table.csv'), outFolder()];
  writeFileSync(file, BODY);
  expect(await train(file, out)).toMatchObject({ status: 0 });
  plain = readFileSync(join(out, 'model.safetensors'));
});

describe('a training on a table of a server that fails', () => {
  it.each<[string, FaultyServerOptions]>([
    ['resets in the middle', { faults: [{ type: 'reset', after: HALF }] }],
    [
      'resets, has no validators and chunks',
      { faults: [{ type: 'reset', after: HALF }], validators: false, framing: 'chunked' },
    ],
    ['cuts in the middle', { faults: [{ type: 'cut', after: HALF }] }],
    ['knows no ranges', { faults: [{ type: 'reset', after: HALF }, { type: 'no-range' }] }],
    ['hangs up, then is too busy', { faults: [{ type: 'hang-up' }, { type: 'status', status: 503 }] }],
    ['sends another table at the next request', { faults: [{ type: 'none' }, { type: 'changed', body: OTHER }] }],
  ])('gives the same weights as on a file, if the server %s', async (_name, options) => {
    const { status, stderr, weights } = await train((await serving(options)).url.href, outFolder());
    expect(`${status} ${stderr}`).toMatch(/^0 /);
    expect(readFileSync(weights).equals(plain)).toBe(true);
  });

  it.each<[string, FaultyServerOptions, RegExp]>([
    [
      'is another after a reset',
      {
        faults: [
          { type: 'reset', after: HALF },
          { type: 'changed', body: OTHER },
        ],
      },
      /\[HW_SOURCE_CHANGED\]\n$/,
    ],
    ['is an unrequested part', { faults: [{ type: 'part', bytes: 100 }] }, /\[HW_HTTP_CUT\]\n$/],
    ['is a page that is gone', { faults: [{ type: 'status', status: 404 }] }, /\[HW_HTTP_STATUS\]\n$/],
  ])('ends with one line and no model if the table %s', async (_name, options, line) => {
    const { status, stderr, weights } = await train((await serving(options)).url.href, outFolder());
    expect([status, stderr]).toEqual([1, expect.stringMatching(line)]);
    expect(existsSync(weights)).toBe(false);
  });
});
