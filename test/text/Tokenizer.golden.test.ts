import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import * as E from 'fp-ts/lib/Either.js';
import { from, lastValueFrom, map } from 'rxjs';
import { expect, it } from 'vitest';
import { preprocessText } from '../../src/text/preprocessText.js';
import { Tokenizer } from '../../src/text/Tokenizer.js';
import { describeWithShared, goldenDir, newsCsv, readGolden } from '../shared.js';

interface TokenizerGolden {
  readonly char_level: boolean;
  readonly num_tokens: number;
  readonly min_token_freq: number;
  readonly token_to_index: Readonly<Record<string, number>>;
  readonly texts: readonly string[];
  readonly sequences: readonly (readonly number[])[];
}

describeWithShared('Tokenizer, against the lesson', () => {
  const titles = (): string[] =>
    parse<{ readonly title: string }>(readFileSync(newsCsv), { columns: true }).map(({ title }) => title);

  it.each(['tokenizer_word.json', 'tokenizer_char.json'])(
    'learns the vocabulary of %s, and encodes and decodes its texts',
    async (name) => {
      const golden = readGolden(name) as TokenizerGolden;
      const options = { charLevel: golden.char_level, numTokens: golden.num_tokens };
      const tokenizer = await lastValueFrom(from(titles()).pipe(map(preprocessText), Tokenizer.fit(options)));

      expect(tokenizer.size).toBe(golden.num_tokens);
      expect({ ...tokenizer.toJSON().token_to_index }).toEqual(golden.token_to_index);
      expect(tokenizer.minTokenFrequency).toBe(golden.min_token_freq);
      expect(golden.texts.map((text) => [...tokenizer.encode(text)])).toEqual(golden.sequences);

      const known = golden.texts.filter((_, i) => golden.sequences[i]?.includes(1) === false);
      expect(known.length).toBeGreaterThan(0);
      expect(known.map((text) => tokenizer.decode(tokenizer.encode(text)))).toEqual(known);
    },
  );

  it.each(['seed_gru', 'seed_rnn'])('reads tokenizer.json of %s, and writes the same bytes', (folder) => {
    const path = join(goldenDir, folder, 'tokenizer.json');
    const tokenizer = Tokenizer.parse(readFileSync(path, 'utf8'), path);
    if (E.isLeft(tokenizer)) throw tokenizer.left;
    expect(tokenizer.right).toMatchObject({ size: 5000, unknownIndex: 1, charLevel: false });
    expect(Buffer.from(tokenizer.right.stringify(), 'utf8').equals(readFileSync(path))).toBe(true);
  });
});
