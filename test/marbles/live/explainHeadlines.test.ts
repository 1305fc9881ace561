import { lastValueFrom, of, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { LiveHeadline } from '../../../src/contracts/live/Live.js';
import type { PaddedBatch } from '../../../src/contracts/rows/PaddedBatch.js';
import { explainHeadlines } from '../../../src/operators/live/explainHeadlines.js';
import { occlusionsOf } from '../../../src/operators/live/internal/occlusions.js';
import type { Trainable } from '../../../src/contracts/models/Trainable.js';
import { textSteps, type TextSteps } from '../../../src/text/TextSteps.js';
import { recordingModel } from '../../../src/testing/recordingModel.js';
import { runMarbles } from '../../../src/testing/runMarbles.js';
import { LabelEncoder } from '../../../src/text/LabelEncoder.js';
import { Tokenizer } from '../../../src/text/Tokenizer.js';
import { headline } from '../../operators/live/headline.js';

const tokenizer = await lastValueFrom(of('ferry returns port cup final').pipe(Tokenizer.fit()));
const labelEncoder = LabelEncoder.of(['Sports', 'World']);

/** What each token adds to the probability of World. */
const WORTH: Readonly<Record<string, number>> = {
  ferry: 0.25,
  port: 0.125,
  returns: 0,
  final: -0.125,
  '<UNK>': 0.0625,
};
const probabilities = ({ tokens, time, lengths }: PaddedBatch, row: number): readonly number[] => {
  const world = Array.from(tokens.subarray(row * time, row * time + (lengths[row] ?? 0))).reduce(
    (sum, token) => sum + (WORTH[tokenizer.tokens[token] ?? ''] ?? 0),
    0.5,
  );
  return [1 - world, world];
};
const adding = () => recordingModel({ probabilities });

const explained = async (title: string) => {
  const model = adding();
  const { words, prediction } = await lastValueFrom(
    of(headline({ title })).pipe(explainHeadlines({ model, tokenizer, labelEncoder })),
  );
  return { model, prediction, words, told: words.map(({ word, read, effect }) => [word, read, effect]) };
};

describe('explainHeadlines', () => {
  it('emits one explanation a headline, in order, and completes with its source', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold('-a--(bc)-|', {
        a: headline({ title: 'Ferry' }),
        b: headline({ title: 'the' }),
        c: headline({ title: '' }),
      });
      const explanation = (title: string, world: number, words: readonly object[]) => ({
        type: 'explanation',
        prediction: {
          type: 'live-prediction',
          headline: headline({ title }),
          category: 'World',
          distribution: [
            { category: 'World', probability: world },
            { category: 'Sports', probability: 1 - world },
          ],
          known: title === 'Ferry' ? 1 : 0,
          latencyMs: title === 'Ferry' ? 1 : 4,
        },
        words,
      });
      expectObservable(source$.pipe(explainHeadlines({ model: adding(), tokenizer, labelEncoder }))).toBe(
        '-a--(bc)-|',
        {
          // Without its only word the unknown token is left.
          a: explanation('Ferry', 0.75, [{ word: 'Ferry', start: 0, end: 5, read: 'known', effect: 0.1875 }]),
          b: explanation('the', 0.5625, [{ word: 'the', start: 0, end: 3, read: 'left-out', effect: 0 }]),
          c: explanation('', 0.5625, []),
        },
      );
      expectSubscriptions(source$.subscriptions).toBe('^--------!');
    });
  });

  it('emits nothing of nothing, and passes on errors of the source and of the model', () => {
    runMarbles(({ cold, expectObservable }) => {
      const explain = explainHeadlines({ model: adding(), tokenizer, labelEncoder });
      expectObservable(cold<LiveHeadline>('--|').pipe(explain)).toBe('--|');
      expectObservable(cold<LiveHeadline>('---').pipe(explain)).toBe('---');
      expectObservable(cold<LiveHeadline>('--#').pipe(explain)).toBe('--#');
      const fault = new Error('out of order');
      const broken = recordingModel({
        probabilities: () => {
          throw fault;
        },
      });
      expectObservable(
        cold('-a-|', { a: headline({ title: 'Ferry' }) }).pipe(
          explainHeadlines({ model: broken, tokenizer, labelEncoder }),
        ),
      ).toBe('-#', {}, fault);
    });
  });

  it('tells of each word by how much the probability of the predicted class falls without it, in one batch', async () => {
    const { told, model, prediction } = await explained('The ferry returns to a final port');
    expect(prediction.category).toBe('World');
    expect(told).toEqual([
      ['The', 'left-out', 0],
      ['ferry', 'known', 0.25],
      ['returns', 'known', 0],
      ['to', 'left-out', 0],
      ['a', 'left-out', 0],
      ['final', 'known', -0.125],
      ['port', 'known', 0.125],
    ]);
    expect(model.predicted.map(({ size }) => size)).toEqual([5]);
  });

  it('measures against the class that was predicted, whichever it is', async () => {
    const { told, prediction } = await explained('Final, final, final');
    expect(prediction.category).toBe('Sports');
    expect(told).toEqual([
      ['Final', 'known', 0.125],
      ['final', 'known', 0.125],
      ['final', 'known', 0.125],
    ]);
  });

  it('shows words that the vocabulary does not know as such, and what the unknown token in their place does', async () => {
    expect((await explained('Zeppelin ferry')).told).toEqual([
      ['Zeppelin', 'unknown', 0.0625],
      ['ferry', 'known', 0.25],
    ]);
  });

  it('has words of letters and digits, with single marks between them, and what is in parentheses or of no such letters left out', async () => {
    const { words } = await explained("Ferry's U.S. state-of-the-art port (final) Ελλάδα 3,000 don't – ‘port’");
    expect(words.map(({ word, read }) => [word, read])).toEqual([
      ["Ferry's", 'known'],
      ['U.S', 'unknown'],
      ['state-of-the-art', 'unknown'],
      ['port', 'known'],
      ['final', 'left-out'],
      ['Ελλάδα', 'left-out'],
      ['3', 'unknown'],
      ['000', 'unknown'],
      ["don't", 'left-out'],
      ['port', 'known'],
    ]);
  });

  it('says where each word stands', async () => {
    const title = '  «Ferry» 😀 returns…';
    const { words } = await explained(title);
    expect(words.map(({ start, end }) => title.slice(start, end))).toEqual(['Ferry', 'returns']);
    expect(words.map(({ word }) => word)).toEqual(['Ferry', 'returns']);
  });

  it('takes words out one at a time, and leaves the others as they stand', () => {
    const { variants } = occlusionsOf({ model: adding(), tokenizer })(
      headline({ title: 'Port, the ferry: final', guid: 'g' }),
    );
    expect(variants.map(({ title, guid }) => [title, guid])).toEqual([
      ['Port, the ferry: final', 'g'],
      [', the ferry: final', 'g'],
      ['Port, the : final', 'g'],
      ['Port, the ferry: ', 'g'],
    ]);
  });

  it('shows the attention of a model that has it, by word', async () => {
    const shares = Float32Array.of(0.5, 0.25, 0.125, 0.125);
    const attended = async (title: string, model: Trainable, text?: TextSteps) => {
      const { words } = await lastValueFrom(
        of(headline({ title })).pipe(explainHeadlines({ model, tokenizer, labelEncoder, text })),
      );
      return words.map(({ word, attention }) => [word, attention]);
    };
    const model = { ...adding(), attention: () => shares };
    expect(await attended('The ferry, the cup (old): port', model)).toEqual([
      ['The', 0],
      ['ferry', 0.5],
      ['the', 0],
      ['cup', 0.25],
      ['old', 0],
      ['port', 0.125],
    ]);
    // Each punctuation mark is a token of its own, and keeps its share. A word may have several tokens.
    expect(await attended("Port – don't", model, textSteps())).toEqual([
      ['Port', 0.5],
      ["don't", 0.25],
    ]);
    expect(await attended('Port, port', model, textSteps({ charLevel: true, maxLength: 4 }))).toEqual([
      ['Port', 1],
      ['port', 0],
    ]);
    expect(await attended('Port', adding())).toEqual([['Port', undefined]]);
  });

  it('is made with the stop words of the model', async () => {
    const { words } = await lastValueFrom(
      of(headline({ title: 'The ferry' })).pipe(
        explainHeadlines({ model: adding(), tokenizer, labelEncoder, stopWords: ['ferry'] }),
      ),
    );
    expect(words.map(({ read }) => read)).toEqual(['unknown', 'left-out']);
    expect(() => explainHeadlines({ model: adding(), tokenizer, labelEncoder, stopWords: [''] })).toThrow(
      expect.objectContaining({ code: 'HW_USAGE' }),
    );
  });

  it('asks the model of each headline once, and no longer than it is subscribed to', async () => {
    const model = adding();
    const headlines = ['ferry', 'port', 'final'].map((title, id) => headline({ id, title }));
    const all = await lastValueFrom(
      of(...headlines).pipe(explainHeadlines({ model, tokenizer, labelEncoder }), toArray()),
    );
    expect(all.map(({ prediction }) => prediction.headline.id)).toEqual([0, 1, 2]);
    expect(model.predicted).toHaveLength(3);
  });

  it('divides a script without spaces into words, which lie in the title as they are told', async () => {
    const title = 'iPhone 球队在北京赢得决赛。';
    const { words } = await explained(title);
    expect(words.map(({ word }) => word)).toEqual(['iPhone', '球队', '在', '北京', '赢得', '决赛']);
    for (const { word, start, end } of words) expect(title.slice(start, end)).toBe(word);
  });
});
