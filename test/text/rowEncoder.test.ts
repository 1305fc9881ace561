import { from, lastValueFrom, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { DocumentFrequencies } from '../../src/text/features/DocumentFrequencies.js';
import { wideFeatures } from '../../src/text/features/wideFeatures.js';
import { growingVocabulary } from '../../src/text/GrowingVocabulary.js';
import { rowEncoder } from '../../src/text/rowEncoder.js';
import { parseTextSteps, stringifyTextSteps, textSteps } from '../../src/text/TextSteps.js';
import { Tokenizer } from '../../src/text/Tokenizer.js';
import { vectorsOf } from './vectors/make.js';

const texts = ['ferry returns', 'rain again'];
const tokenizer = await lastValueFrom(from(texts).pipe(Tokenizer.fit()));
const features = wideFeatures(await lastValueFrom(from(texts).pipe(DocumentFrequencies.fit())));
const vectors = await vectorsOf({ harbour: [1, 2], ferry: [3, 4] });

describe('rowEncoder', () => {
  it('gives tokens, vectors and features of a text', () => {
    const encoder = rowEncoder({ tokenizer, vectors, features });
    expect(encoder.encodeText('ferry harbour')).toEqual({
      tokens: tokenizer.encode('ferry harbour'),
      vectorIds: Int32Array.of(2, 1),
      features: features.extract('ferry harbour'),
    });
    expect(encoder.encode('ferry')).toEqual(tokenizer.encode('ferry'));
    expect([encoder.padIndex, encoder.unknownIndex]).toEqual([0, 1]);
  });

  it('gives the tokens alone where there is nothing else', () => {
    expect(Object.keys(rowEncoder({ tokenizer }).encodeText('ferry'))).toEqual(['tokens']);
  });

  it('has as many vectors as tokens, character by character too', async () => {
    const characters = await lastValueFrom(of('ferry').pipe(Tokenizer.fit({ charLevel: true })));
    const { tokens, vectorIds } = rowEncoder({
      tokenizer: characters,
      vectors: await vectorsOf({ e: [1] }),
    }).encodeText('fe🏆e');
    expect([tokens.length, vectorIds]).toEqual([4, Int32Array.of(0, 1, 0, 1)]);
  });

  it('has no more tokens and vectors than the text steps say, and the features of the whole text', () => {
    const text = textSteps({ maxLength: 10, maxTokens: 1 });
    const encoder = rowEncoder({ tokenizer, vectors, features, text });
    expect(encoder.encodeText('ferry harbour')).toEqual({
      tokens: tokenizer.encode('ferry'),
      vectorIds: Int32Array.of(2),
      features: features.extract('ferry harbour'),
    });
    expect(encoder.encode('ferry harbour')).toEqual(tokenizer.encode('ferry'));
  });

  it('learns where its vocabulary learns', () => {
    const vocabulary = growingVocabulary(tokenizer, { spare: 4, minTexts: 1 });
    const encoder = rowEncoder({ tokenizer: vocabulary, vectors });
    expect(encoder.encodeText('hail').tokens).toEqual(Int32Array.of(1));
    expect(encoder.learn('hail')).toHaveLength(1);
    expect(encoder.encodeText('hail').tokens).toEqual(Int32Array.of(tokenizer.size));
    expect('learn' in rowEncoder({ tokenizer })).toBe(false);
  });
});

describe('maxTokens', () => {
  it('is 256 by default, and what maxLength says where it is given', () => {
    expect(textSteps()).toMatchObject({ maxLength: 2048, maxTokens: 256 });
    expect(textSteps({ maxLength: 1000 })).toMatchObject({ maxLength: 1000, maxTokens: 1000 });
    expect(textSteps({ maxLength: null })).toMatchObject({ maxLength: null, maxTokens: null });
    expect(textSteps({ charLevel: true })).toMatchObject({ maxLength: 1024, maxTokens: 1024 });
    expect(textSteps({ preprocessor: 'lesson' })).toMatchObject({ maxLength: null, maxTokens: null });
  });

  it('is maxLength in files of before, which do not name it', () => {
    const { maxTokens, ...before } = JSON.parse(
      stringifyTextSteps(textSteps({ maxLength: 300, maxTokens: 20 })),
    ) as Record<string, unknown>;
    expect(maxTokens).toBe(20);
    expect(parseTextSteps(JSON.stringify(before))).toMatchObject({ right: { maxLength: 300, maxTokens: 300 } });
    expect(parseTextSteps(JSON.stringify({ ...before, maxTokens: 20 }))).toMatchObject({ right: { maxTokens: 20 } });
  });
});
