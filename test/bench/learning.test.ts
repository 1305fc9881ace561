import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ChangingNews, changingNews, withChangedWords } from '../../bench/changingNews.js';
import { hashedVocabulary } from '../../bench/hashedVocabulary.js';
import { inventedWord } from '../../bench/inventedWord.js';
import { learnFromStream } from '../../bench/learnFromStream.js';
import { preprocessText, registerBackend, sampleCsv } from '../../src/index.js';

const folder = mkdtempSync(join(tmpdir(), 'headwater-bench-'));
const data = join(folder, 'sample.csv');
let news: ChangingNews;

beforeAll(async () => {
  registerBackend();
  writeFileSync(data, [...sampleCsv({ rows: 1500 })].join(''));
  news = await changingNews({ data, seed: 1, epochs: 2, streamed: 1200 });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the changing stream', () => {
  it('changes every word of the named classes from half-way on, and nothing else', () => {
    const changed = withChangedWords(news, ['Sports']);
    expect(changed).toHaveLength(1200);
    changed.forEach((row, at) => {
      const was = news.stream[at]!;
      expect(row.category).toBe(was.category);
      if (at < 600 || row.category !== 'Sports') expect(row).toBe(was);
      else expect(row.title).toMatch(/^(zx[a-z]{8}( |$))+$/);
    });
    expect(withChangedWords(news, ['Sports'])).toEqual(changed);
  });

  it('invents words that preprocessing leaves as they are, the same for the same word and seed', () => {
    const word = inventedWord(1, 'goal');
    expect(preprocessText(word)).toBe(word);
    expect(inventedWord(1, 'goal')).toBe(word);
    expect(inventedWord(2, 'goal')).not.toBe(word);
    expect(inventedWord(1, 'goals')).not.toBe(word);
  });

  it('streams no row that was trained on', () => {
    const known = new Set([...news.past, ...news.heldOut].map(({ id }) => id));
    expect(news.stream.some(({ id }) => known.has(id))).toBe(false);
  });
});

describe('learnFromStream', () => {
  it('measures that new words are learnt where the model learns, and are not where it does not', async () => {
    const changed = ['Sports', 'World'];
    const stream = withChangedWords(news, changed);
    const frozen = await learnFromStream(news, stream, changed, {
      name: 'frozen',
      learningRate: 0,
      words: 'none',
      replay: false,
    });
    const learnt = await learnFromStream(news, stream, changed, {
      name: 'learnt',
      learningRate: 3e-3,
      words: 'rows',
      replay: true,
    });
    expect(frozen.newWords).toBe(0);
    expect(learnt.newWords).toBeGreaterThan(20);
    expect(learnt.later.changed).toBeGreaterThan(frozen.later.changed);
  });
});

describe('hashedVocabulary', () => {
  it('gives unknown words one of the buckets after the tokenizer, the same for the same word', () => {
    const { tokenizer } = news.split;
    const hashed = hashedVocabulary(tokenizer, 10);
    const [known = ''] = tokenizer.tokens.slice(2);
    const [first, bucket = 0, again] = hashed.encode(`${known} zxhail zxhail`);
    expect(first).toBe(2);
    expect(bucket).toBeGreaterThanOrEqual(tokenizer.size);
    expect(bucket).toBeLessThan(tokenizer.size + 10);
    expect(again).toBe(bucket);
  });
});
