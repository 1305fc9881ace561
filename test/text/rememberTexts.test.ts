import { from, lastValueFrom, of, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { batches } from '../../src/operators/batches/batches.js';
import { prepare } from '../../src/operators/rows/prepare.js';
import { DocumentFrequencies } from '../../src/text/features/DocumentFrequencies.js';
import { wideFeatures } from '../../src/text/features/wideFeatures.js';
import { growingVocabulary } from '../../src/text/GrowingVocabulary.js';
import { rememberTexts } from '../../src/text/rememberTexts.js';
import { rowEncoder } from '../../src/text/rowEncoder.js';

const rows = Array.from({ length: 40 }, (_, id) => ({
  id,
  title: `Report ${id} of the day`,
  category: id % 2 === 0 ? 'Sports' : 'World',
}));
const split = await lastValueFrom(prepare(from(rows)));
const { tokenizer } = split;
const features = wideFeatures(await lastValueFrom(of('report day').pipe(DocumentFrequencies.fit({ bits: 8 }))));
const encoder = rowEncoder({ tokenizer, features });

/** The encoder, and how often each text was asked for. */
const counting = () => {
  const asked: string[] = [];
  const counted = {
    ...encoder,
    encodeText: (text: string) => {
      asked.push(text);
      return encoder.encodeText(text);
    },
  };
  return { asked, counted };
};

describe('rememberTexts', () => {
  it('encodes each text once, and gives the batches that the encoder gives, in every epoch', async () => {
    const { asked, counted } = counting();
    const remembering = rememberTexts(counted);
    for (const epoch of [1, 2, 3]) {
      const read = (of: typeof remembering) =>
        lastValueFrom(batches(split, { side: 'train', epoch, batchSize: 8, encoder: of }).pipe(toArray()));
      expect(await read(remembering)).toEqual(await read(encoder));
    }
    expect(asked).toHaveLength(split.rows.train);
    expect(new Set(asked).size).toBe(split.rows.train);
  });

  it('holds no more than it may, and encodes the rest each time', () => {
    const { asked, counted } = counting();
    const { tokens, features: found } = encoder.encodeText('report day');
    const remembering = rememberTexts(counted, { maxValues: tokens.length + 2 * found!.ids.length });
    for (let i = 0; i < 3; i++) {
      expect(remembering.encodeText('report day')).toEqual(encoder.encodeText('report day'));
      expect(remembering.encodeText('report')).toEqual(encoder.encodeText('report'));
    }
    expect(asked).toEqual(['report day', 'report', 'report', 'report']);
  });

  it('does with a tokenizer alone', () => {
    const remembering = rememberTexts(tokenizer);
    expect(remembering.encodeText('report').tokens).toEqual(tokenizer.encode('report'));
    expect(remembering.encode('report')).toEqual(tokenizer.encode('report'));
    expect([remembering.padIndex, remembering.unknownIndex]).toEqual([tokenizer.padIndex, tokenizer.unknownIndex]);
  });

  it('refuses a vocabulary that learns, and a bound that is none', () => {
    const usage = expect.objectContaining({ code: 'HW_USAGE' }) as unknown;
    expect(() => rememberTexts(growingVocabulary(tokenizer))).toThrow(usage);
    for (const maxValues of [-1, 1.5, NaN]) expect(() => rememberTexts(encoder, { maxValues })).toThrow(usage);
  });
});
