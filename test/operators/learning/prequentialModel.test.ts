import { engine } from '@tensorflow/tfjs-core';
import { bufferCount, from } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { LearningEvent } from '../../../src/contracts/live/Learning.js';
import type { LiveHeadline } from '../../../src/contracts/live/Live.js';
import type { StateDict } from '../../../src/contracts/models/StateDict.js';
import { random } from '../../../src/contracts/random.js';
import { classifier } from '../../../src/models/classifier.js';
import { classifierConfig } from '../../../src/models/ClassifierConfig.js';
import { resizeVocabulary } from '../../../src/models/artifacts/resizeVocabulary.js';
import { modelSlot } from '../../../src/operators/learning/modelSlot.js';
import { prequential } from '../../../src/operators/learning/prequential.js';
import { growingVocabulary } from '../../../src/text/GrowingVocabulary.js';
import { Tokenizer } from '../../../src/text/Tokenizer.js';
import { labelEncoder, liveHeadline } from './liveHeadline.js';

const SPORTS = ['cup', 'goal', 'match', 'league'];
const WORLD = ['vote', 'treaty', 'border', 'summit'];
const NEW_SPORTS = ['zorb', 'quidd', 'flyb', 'wharf'];
const NEW_WORLD = ['blorg', 'snark', 'wibble', 'quux'];

/** Headlines of three words of their class. */
const headlines = (
  seed: number,
  count: number,
  from: number,
  words: Readonly<Record<string, readonly string[]>>,
): readonly LiveHeadline[] => {
  const dice = random(seed, 'test');
  return Array.from({ length: count }, (_, i) => {
    const category = dice.below(2) === 0 ? 'Sports' : 'World';
    const own = words[category] ?? [];
    return liveHeadline(from + i, Array.from({ length: 3 }, () => own[dice.below(own.length)] ?? '').join(' '), {
      category,
    });
  });
};

const stream = [
  ...headlines(1, 300, 0, { Sports: SPORTS, World: WORLD }),
  ...headlines(2, 300, 300, { Sports: NEW_SPORTS, World: NEW_WORLD }),
];

const fit = (): Tokenizer => {
  let fitted: Tokenizer | undefined;
  from([...SPORTS, ...WORLD])
    .pipe(Tokenizer.fit())
    .subscribe((tokenizer) => (fitted = tokenizer));
  return fitted!;
};

interface Run {
  readonly events: readonly LearningEvent[];
  readonly weights: StateDict;
}

const run = (seed: number, grows: boolean): Run => {
  const words = fit();
  const tokenizer = grows ? growingVocabulary(words, { spare: 20, minTexts: 2 }) : words;
  const small = classifier(
    classifierConfig({ vocabularySize: words.size, classes: 2, embeddingDim: 8, hiddenDim: 8, fcDim: 8 }),
    { seed: 1 },
  );
  const { config, weights } = resizeVocabulary({ config: small.config, weights: small.stateDict() }, tokenizer.size);
  const model = classifier(config, { seed: 1, weights });
  const events: LearningEvent[] = [];
  from(stream)
    .pipe(
      bufferCount(8),
      prequential({
        slot: modelSlot(model, { trialRows: 100 }),
        tokenizer,
        labelEncoder,
        batchSize: 8,
        learningRate: 1e-2,
        replay: { capacity: 50 },
        seed,
      }),
    )
    .subscribe((event) => events.push(event));
  const after = model.stateDict();
  small.dispose();
  model.dispose();
  return { events, weights: after };
};

const accuracy = ({ events }: Run, start: number, end: number): number => {
  const scored = events.filter((event) => event.type === 'scored').slice(start, end);
  return scored.filter(({ correct }) => correct).length / scored.length;
};

/** Everything but the clock's readings. */
const withoutClock = ({ events, weights }: Run) => ({
  events: events.map((event) => JSON.stringify(event, (key, value: unknown) => (key === 'latencyMs' ? 0 : value))),
  weights,
});

describe('prequential with a classifier', () => {
  it('learns the words of training and then new ones, which without an index of their own stay unknown', () => {
    const grown = run(1, true);
    const fixed = run(1, false);
    expect(accuracy(grown, 200, 300)).toBeGreaterThan(0.9);
    expect(accuracy(grown, 300, 316)).toBeLessThan(0.85);
    expect(accuracy(grown, 500, 600)).toBeGreaterThan(0.9);
    // All its new headlines look the same: three unknown words.
    expect(accuracy(fixed, 500, 600)).toBeLessThan(0.65);
    const given = grown.events
      .filter((event) => event.type === 'learnt')
      .flatMap(({ newTokens }) => newTokens.map(({ token }) => token));
    expect([...given].sort()).toEqual([...NEW_SPORTS, ...NEW_WORLD].sort());
  });

  it('gives equal bits for equal seeds and headlines, and others for another seed', () => {
    const [once, again, other] = [run(1, true), run(1, true), run(2, true)];
    expect(withoutClock(again)).toEqual(withoutClock(once));
    expect(withoutClock(other).weights).not.toEqual(withoutClock(once).weights);
  });

  it('leaves no tensor behind', () => {
    run(1, true);
    const before = engine().memory().numTensors;
    run(1, true);
    expect(engine().memory().numTensors).toBe(before);
  });
});
