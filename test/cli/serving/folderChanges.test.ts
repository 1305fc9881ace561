import { cpSync, mkdirSync, readFileSync, readlinkSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { modelSign, settled } from '../../../src/cli/inference/folderChanges.js';
import { runMarbles } from '../../../src/testing/runMarbles.js';
import { workFolder } from '../headwater.js';
import { trainTiny } from '../tiny.js';

const cwd = workFolder();
const model = join(cwd, 'model');

beforeAll(() => trainTiny(cwd));

it('a change is told when it has settled, and again when it goes on', () => {
  runMarbles(({ hot, expectObservable }) => {
    expectObservable(hot('a-a-b-c-d-d-d-e-f-f-d-d|').pipe(settled())).toBe('----------d-------f---d|');
    // What changes before the second look is told, too.
    expectObservable(hot('a-b-b-b|').pipe(settled())).toBe('----b--|');
  });
});

it('a model that is copied file by file, its links first, has another sign until it is complete', async () => {
  const copy = join(cwd, 'copy');
  mkdirSync(copy);
  const signs: string[] = [];
  const look = async (): Promise<void> => void signs.push(await modelSign(copy));
  await look();
  const current = readlinkSync(join(model, 'current'));
  symlinkSync(current, join(copy, 'current'));
  await look();
  for (const name of ['manifest.json', 'model.safetensors']) symlinkSync(`current/${name}`, join(copy, name));
  mkdirSync(join(copy, current), { recursive: true });
  for (const name of ['config.json', 'manifest.json', 'model.safetensors']) {
    cpSync(join(model, current, name), join(copy, current, name));
    await look();
  }
  // A file that is written in its place, with its size and its time. Two writes may have the same time of the clock.
  const weights = join(copy, current, 'model.safetensors');
  const rewritten = (): Promise<string> => {
    writeFileSync(weights, readFileSync(weights).reverse());
    utimesSync(weights, 1e9, 1e9);
    return modelSign(copy);
  };
  signs.push(await rewritten());
  await expect.poll(rewritten).not.toBe(signs.at(-1));
  await look();
  expect(new Set(signs).size).toBe(7);
  rmSync(weights);
  await look();
  // Without the file, it is as before the file came.
  expect(signs.at(-1)).toBe(signs[3]);
});

it('files that are none of the model do not change its sign', async () => {
  const before = await modelSign(model);
  mkdirSync(join(model, 'checkpoints'));
  writeFileSync(join(model, 'checkpoints', 'one'), 'x');
  writeFileSync(join(model, 'events.jsonl'), '{}\n');
  expect(await modelSign(model)).toBe(before);
});

it('a model without links is one that changes, too', async () => {
  const flat = join(cwd, 'flat');
  cpSync(join(model, readlinkSync(join(model, 'current'))), flat, { recursive: true });
  const before = await modelSign(flat);
  writeFileSync(join(flat, 'config.json'), '{}');
  expect(await modelSign(flat)).not.toBe(before);
});
