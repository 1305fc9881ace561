import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { memory } from '@tensorflow/tfjs-core';
import { lastValueFrom, take, toArray } from 'rxjs';
import { expect, test } from 'vitest';
import { live } from '../../examples/live.js';
import { serveFeeds } from '../cli/feedServer.js';
import { root } from '../docs/fences.js';
import { scratchFolder } from './headlines.js';
import { savedModel } from './savedModel.js';

test('the headlines of two feeds come out classified, each once, and the model is freed', async () => {
  const { origin } = await serveFeeds({ '/one.xml': ['A late goal'], '/two.xml': ['The vote', 'A late goal'] });
  const folder = await savedModel();
  const before = memory().numTensors;
  const predictions = await lastValueFrom(
    live([`${origin}/one.xml`, `${origin}/two.xml`], folder, { once: true }).pipe(toArray()),
  );
  expect(predictions.map(({ headline, category }) => [headline.title, category])).toEqual([
    ['A late goal', 'Sports'],
    ['The vote', 'World'],
  ]);
  expect(memory().numTensors).toBe(before);
});

test('it goes on with what comes later, until it is left', async () => {
  const { origin, feeds } = await serveFeeds({ '/one.xml': ['A late goal'] });
  const folder = await savedModel();
  const before = memory().numTensors;
  const titles: string[] = [];
  const two$ = live([`${origin}/one.xml`], folder, { intervalMs: 20, insist: true }).pipe(take(2));
  await new Promise<void>((done, fail) => {
    two$.subscribe({
      next: ({ headline }) => {
        titles.push(headline.title);
        feeds.set('/one.xml', ['The vote', 'A late goal']);
      },
      error: fail,
      complete: done,
    });
  });
  expect(titles).toEqual(['A late goal', 'The vote']);
  expect(memory().numTensors).toBe(before);
});

test('a folder without a model is a typed error', async () => {
  await expect(lastValueFrom(live(['http://127.0.0.1:9/'], scratchFolder()))).rejects.toMatchObject({
    code: 'HW_ARTIFACT',
  });
});

test('feeds that cannot be polled are a typed error, and the model is freed', async () => {
  const folder = await savedModel();
  const before = memory().numTensors;
  await expect(lastValueFrom(live([], folder))).rejects.toMatchObject({ code: 'HW_USAGE' });
  expect(memory().numTensors).toBe(before);
});

test('as a program it says what went wrong, and exits with status 1', () => {
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', 'examples/live.ts', join(scratchFolder(), 'none'), 'http://127.0.0.1:9/'],
    { cwd: root, encoding: 'utf8' },
  );
  expect(stderr).toMatch(/none/);
  expect(status).toBe(1);
});
