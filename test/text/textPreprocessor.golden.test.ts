import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { beforeAll, expect, it } from 'vitest';
import { preprocessText } from '../../src/text/preprocessText.js';
import { STOP_WORDS } from '../../src/text/stopWords.js';
import { textPreprocessor } from '../../src/text/textPreprocessor.js';
import { describeWithShared, newsCsv, readGolden } from '../shared.js';

interface PreprocessGolden {
  readonly stopwords: readonly string[];
  readonly cases: readonly { readonly in: string; readonly out: string }[];
  readonly news: { readonly rows: number; readonly sha256_of_outputs_joined_by_newline: string };
}

describeWithShared('preprocessing, against CPython', () => {
  let golden: PreprocessGolden;

  // Not sooner: the body of a suite that is skipped is run all the same.
  beforeAll(() => {
    golden = readGolden('preprocess.json') as PreprocessGolden;
  });

  it('leaves out the same stop words, tried in the same order', () => {
    expect(STOP_WORDS).toEqual(golden.stopwords);
  });

  it('gives the same text for every golden case', () => {
    expect(golden.cases.length).toBeGreaterThan(400);
    expect(golden.cases.map(({ in: title }) => ({ in: title, out: preprocessText(title) }))).toEqual(golden.cases);
  });

  it('gives the same text with the stop words given', () => {
    const preprocess = textPreprocessor({ stopWords: golden.stopwords });
    expect(golden.cases.map(({ in: title }) => preprocess(title))).toEqual(golden.cases.map(({ out }) => out));
  });

  it('gives the same text for every title of the news file', () => {
    const titles = parse<{ readonly title: string }>(readFileSync(newsCsv), { columns: true }).map(
      ({ title }) => title,
    );
    expect(titles).toHaveLength(golden.news.rows);
    const hash = createHash('sha256').update(titles.map(preprocessText).join('\n')).digest('hex');
    expect(hash).toBe(golden.news.sha256_of_outputs_joined_by_newline);
  });
});
