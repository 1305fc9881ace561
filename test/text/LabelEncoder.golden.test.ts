import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import * as E from 'fp-ts/lib/Either.js';
import { expect, it } from 'vitest';
import { LabelEncoder } from '../../src/text/LabelEncoder.js';
import { describeWithShared, goldenDir, newsCsv } from '../shared.js';

describeWithShared('LabelEncoder, against the lesson', () => {
  const path = join(goldenDir, 'seed_gru', 'label_encoder.json');

  it('learns the same file from the news file', () => {
    const rows = parse<{ readonly category: string }>(readFileSync(newsCsv), { columns: true });
    expect(LabelEncoder.of(rows.map(({ category }) => category)).stringify()).toBe(readFileSync(path, 'utf8'));
  });

  it('reads the file, and writes the same bytes', () => {
    const labels = LabelEncoder.parse(readFileSync(path, 'utf8'), path);
    if (E.isLeft(labels)) throw labels.left;
    expect(labels.right.classes).toEqual(['Business', 'Sci/Tech', 'Sports', 'World']);
    expect(Buffer.from(labels.right.stringify(), 'utf8').equals(readFileSync(path))).toBe(true);
  });
});
