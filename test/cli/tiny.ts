import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sampleCsv } from '../../src/streams/sample/sampleCsv.js';
import { inProcess } from './inProcess.js';

/** A table of 400 invented headlines. */
export const TINY_CSV = [...sampleCsv({ rows: 400 })].join('');

/** Sizes with which a training takes a fraction of a second. */
export const TINY_SIZES = ['--hidden-dim', '16', '--embedding-dim', '8', '--fc-dim', '8', '--lr', '1e-2'];

/** A training that takes a fraction of a second. */
export const TINY = [...TINY_SIZES, '--epochs', '1'];

/** The classes of the table. */
export const CLASSES = ['Business', 'Sci/Tech', 'Sports', 'World'];

/** Puts the table and a model trained on it, with options besides, into a folder: `tiny.csv`, `model/`. */
export const trainTiny = async (cwd: string, ...options: readonly string[]): Promise<void> => {
  writeFileSync(join(cwd, 'tiny.csv'), TINY_CSV);
  const { status, stderr } = await inProcess([
    'train',
    '--data',
    join(cwd, 'tiny.csv'),
    '--out',
    join(cwd, 'model'),
    ...TINY,
    ...options,
  ]);
  if (status !== 0) throw new Error(`The training that the tests start from ended with ${status}: ${stderr}`);
};
