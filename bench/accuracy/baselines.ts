import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { SIDES } from 'headwater';
import type { Sides } from './sides.js';
import type { Score } from './trainOurs.js';

/** The score of a baseline, and its best setting on the validation rows. */
export interface BaselineScore extends Pick<Score, 'f1' | 'seconds'> {
  readonly setting: string;
}

/** The baselines that are installed for Python; `missing` names the package that is not. */
export interface Baselines {
  readonly scikit: BaselineScore | { readonly missing: string };
  readonly fasttext: BaselineScore | { readonly missing: string };
}

const NOT_TRAINED: Baselines = { scikit: { missing: 'scikit-learn' }, fasttext: { missing: 'fasttext' } };

/** One thread, because the baselines are measured in processor time, as the library's models are. */
const ONE_THREAD = { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1' };

/** Which baselines are trained, and for how long at most. */
export interface BaselineOptions {
  /** The only baseline to train. Default: both. */
  readonly only?: keyof Baselines;
  /** Default: no limit. */
  readonly timeoutMs?: number;
}

/**
 * Trains the baselines on the same rows, with the given Python.
 *
 * @throws Error if they take longer than the limit
 */
export const trainBaselines = async (
  python: string,
  sides: Sides,
  { only, timeoutMs }: BaselineOptions = {},
): Promise<Baselines> => {
  const pairs = Object.fromEntries(
    SIDES.map((side) => [side, sides[side].map(({ title, category }) => [title, category])]),
  );
  const child = spawn(python, [join(import.meta.dirname, 'baselines_peer.py'), ...(only === undefined ? [] : [only])], {
    stdio: ['pipe', 'pipe', 'inherit'],
    timeout: timeoutMs,
    env: { ...process.env, ...ONE_THREAD },
  });
  const parts: Buffer[] = [];
  child.stdout.on('data', (part: Buffer) => void parts.push(part));
  const status = new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  // A Python that ends early closes its stdin. Its exit status is the more useful error.
  child.stdin.on('error', () => undefined).end(JSON.stringify(pairs));
  try {
    if ((await status) === 0)
      return { ...NOT_TRAINED, ...(JSON.parse(Buffer.concat(parts).toString()) as Partial<Baselines>) };
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  if (child.signalCode !== null) throw new Error(`the baseline was ended by ${child.signalCode} (its time limit)`);
  return { scikit: { missing: python }, fasttext: { missing: python } };
};

/** The score of a baseline that is installed. */
export const scoreOf = (baseline: Baselines[keyof Baselines]): BaselineScore | undefined =>
  'missing' in baseline ? undefined : baseline;
