import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { fuzz } from './fuzz/fuzz.js';
import { bundleReaders, countInputs, fuzzReader } from './fuzz/fuzzReader.js';
import { type InputCost, readers } from './fuzz/readers.js';

/**
 * Inputs that nobody wrote, near those that people write: what reads them may refuse them with a HeadwaterError, and
 * nothing else may happen.
 *
 * The soak is guided by coverage: an input that reaches a new branch is mutated in turn, in this run and in later ones.
 */

/** `npm run test:soak` takes ten million inputs in all; every other run of the tests seconds. */
const soak = process.env['MODE'] === 'soak';
/** Of how many inputs a part is taken, from 0 to 1: `HEADWATER_FUZZ_SHARE` makes the soak shorter. */
const share = Number(process.env['HEADWATER_FUZZ_SHARE'] ?? 1);
/** How many inputs a reader gets, by what one costs. */
const RUNS: Readonly<Record<InputCost, number>> = soak
  ? { code: 750_000, turn: 100_000, thread: 10_000 }
  : { code: 300, turn: 60, thread: 12 };

describe('inputs that nobody wrote', () => {
  const folder = mkdtempSync(join(tmpdir(), 'headwater-fuzz-'));
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
    if (soak) console.log('inputs in all runs so far:', Object.fromEntries(countInputs()));
  });
  let bundle = '';
  beforeAll(async () => {
    if (soak) bundle = await bundleReaders();
  }, 3_600_000);

  it.each(readers(folder))(
    '$name: nothing but a HeadwaterError, and no hang',
    { timeout: 6 * 3_600_000 },
    async ({ name, cost, seeds, read }) => {
      if (!soak) {
        await fuzz(read, { seeds, runs: RUNS[cost], seed: 1234 });
        return;
      }
      const runs = Math.ceil(RUNS[cost] * share);
      const since = process.cpuUsage();
      const { corpus, reached } = await fuzzReader(bundle, { name, folder, runs, seed: Date.now() % 2 ** 31 });
      const { user, system } = process.cpuUsage(since);
      console.log(
        `${name}: ${runs} inputs, ${reached} branches, a corpus of ${corpus.length}, ` +
          `${Math.round((user + system) / 1e6)} s of processor time`,
      );
    },
  );
});
