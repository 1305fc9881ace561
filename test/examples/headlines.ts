import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { onTestFinished } from 'vitest';
import type { Row } from '../../src/contracts/rows/Row.js';
import { sampleCsv } from '../../src/streams/sample/sampleCsv.js';

/**
 * The first rows of the sample, without a server. A title with a quote or a comma in it is left out: this is no CSV
 * reader.
 */
export const sampleRows = (rows: number): readonly Row[] =>
  [...sampleCsv({ rows })]
    .join('')
    .split('\n')
    .slice(1)
    .filter((line) => line !== '' && !line.includes('"'))
    .map((line, id): Row => {
      const [title = '', category = ''] = line.split(',');
      return { id, title, category };
    });

/** A folder of the test's own, gone when the test is over. */
export const scratchFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'headwater-example-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

/** A stream that discards what is written to it. */
export const nowhere = (): PassThrough => new PassThrough().resume();
