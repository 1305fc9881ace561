import { from, lastValueFrom, toArray } from 'rxjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Row } from '../../src/contracts/rows/Row.js';
import { restoreModel, type TextModel } from '../../src/models/artifacts/restoreModel.js';
import { resizeVocabulary } from '../../src/models/artifacts/resizeVocabulary.js';
import type { LinearClassifier } from '../../src/models/linear/linearClassifier.js';
import { sumClassifier } from '../../src/models/sum/sumClassifier.js';
import type { WideGru } from '../../src/models/wide/WideGruSettings.js';
import { entriesUnder } from '../../src/models/internal/entriesUnder.js';
import { modelSlot } from '../../src/operators/learning/modelSlot.js';
import { prequential } from '../../src/operators/learning/prequential.js';
import { explainHeadlines } from '../../src/operators/live/explainHeadlines.js';
import { prepare, type Split } from '../../src/operators/rows/prepare.js';
import { textSteps } from '../../src/text/TextSteps.js';
import { rowEncoder } from '../../src/text/rowEncoder.js';
import { liveHeadline } from './learning/liveHeadline.js';
import { vectorsOf } from '../text/vectors/make.js';
import { trainModel } from '../../src/training/trainModel.js';
import type { TrainedCandidate } from '../../src/training/ModelChosen.js';

const SPORTS = ['goal', 'match', 'league', 'coach'];
const WORLD = ['treaty', 'border', 'summit', 'envoy'];
const text = textSteps();

/** Headlines of three words of their class, in turn. */
const rows: readonly Row[] = Array.from({ length: 160 }, (_, id) => {
  const words = id % 2 === 0 ? SPORTS : WORLD;
  const word = (step: number) => words[(id * step + (id >> 3)) % 4];
  return { id, title: `${word(1)} ${word(3)} ${word(5)}`, category: id % 2 === 0 ? 'Sports' : 'World' };
});

interface Kept {
  readonly model: TextModel;
  readonly features: TrainedCandidate['features'];
  readonly vectors: TrainedCandidate['vectors'];
}

let split: Split;
const kept = new Map<string, Kept>();

beforeAll(async () => {
  split = await lastValueFrom(prepare(from(rows), { text, seed: 1 }));
  const vectors = await vectorsOf({ goal: [1, 0], match: [1, 0.1], treaty: [-1, 0], zorb: [1, 0], blorg: [-1, 0] });
  const chosen = await lastValueFrom(
    trainModel(split, { architecture: 'wide-gru', vectors, hiddenDim: 8, epochs: 6, learningRate: 0.02 }),
  );
  if (chosen.type !== 'model-chosen') throw new Error('nothing was chosen');
  const { model, features } = chosen.kept;
  const weights = model.stateDict();
  if (!('architecture' in model.config)) throw new Error('a classifier of the lesson was kept');
  // Whichever was better, the sum or the network: the network is trained.
  const network =
    model.config.architecture === 'sum'
      ? restoreModel({ config: model.config.network, weights: entriesUnder('network.', weights), features, vectors })
      : model;
  const linear = chosen.linear.model;
  const copied = (of: TextModel): TextModel =>
    restoreModel({ config: of.config, weights: of.stateDict(), features, vectors });
  kept.set('linear', { model: linear, features, vectors: undefined });
  kept.set('wide-gru', { model: network, features, vectors });
  const sum = sumClassifier({
    network: copied(network) as WideGru,
    linear: copied(linear) as LinearClassifier,
    networkWeight: 0.75,
    linearWeight: 0.5,
  });
  kept.set('sum', { model: sum, features, vectors });
});

const keptOf = (name: string): Kept => kept.get(name)!; // each is made above
const encoderOf = ({ features, vectors }: Kept) => rowEncoder({ tokenizer: split.tokenizer, features, vectors });

describe.each(['linear', 'wide-gru', 'sum'])('%s', (name) => {
  it('is explained word by word: the word of the class counts, one that says nothing does not', async () => {
    const of = keptOf(name);
    const { labelEncoder } = split;
    const [explanation] = await lastValueFrom(
      from([liveHeadline(0, 'goal')]).pipe(
        explainHeadlines({ model: of.model, tokenizer: encoderOf(of), labelEncoder, text }),
        toArray(),
      ),
    );
    expect(explanation?.prediction.category).toBe('Sports');
    const both = await lastValueFrom(
      from([liveHeadline(1, 'goal goal qqxx')]).pipe(
        explainHeadlines({ model: of.model, tokenizer: encoderOf(of), labelEncoder, text }),
      ),
    );
    const effects = both.words.map(({ word, read, effect }) => ({ word, read, effect }));
    expect(effects.map(({ word }) => word)).toEqual(['goal', 'goal', 'qqxx']);
    expect(effects[0]?.read).toBe('known');
    expect(effects[2]?.read).toBe('unknown');
    expect(Math.abs(effects[2]?.effect ?? 1)).toBeLessThan(0.3);
    const one = explanation?.words[0];
    expect(one?.effect).toBeGreaterThan(0.05);
  });

  it('goes on learning from labelled headlines, each of which it predicted first', async () => {
    const of = keptOf(name);
    const { labelEncoder } = split;
    const model = restoreModel({
      config: of.model.config,
      weights: of.model.stateDict(),
      features: of.features,
      vectors: of.vectors,
    });
    // The classes have changed places.
    const stream = rows.map(({ id, title, category }) =>
      liveHeadline(id, title, { category: category === 'Sports' ? 'World' : 'Sports' }),
    );
    const chunks = Array.from({ length: 20 }, (_, i) => stream.slice(8 * i, 8 * i + 8));
    const events = await lastValueFrom(
      from(chunks).pipe(
        prequential({
          slot: modelSlot(model, { trialRows: 16 }),
          tokenizer: encoderOf(of),
          labelEncoder,
          text,
          batchSize: 8,
          learningRate: name === 'linear' ? 3 : 1e-2,
        }),
        toArray(),
      ),
    );
    const right = events.flatMap((event) => (event.type === 'scored' ? [event.correct] : []));
    expect(right).toHaveLength(160);
    const share = (part: readonly boolean[]) => part.filter(Boolean).length / part.length;
    // Before anything was learnt.
    expect(share(right.slice(0, 8))).toBeLessThan(0.2);
    expect(share(right.slice(-32))).toBeGreaterThan(0.8);
    model.dispose();
  });

  it(name === 'linear' ? 'has no vocabulary to resize' : 'predicts the same with a larger vocabulary', () => {
    const { model, features, vectors } = keptOf(name);
    const [config, weights] = [model.config, model.stateDict()];
    const size = split.tokenizer.size + 5;
    if (name === 'linear') {
      expect(() => resizeVocabulary({ config, weights }, size)).toThrow(/a linear model .* has no vocabulary/);
      return;
    }
    const resized = resizeVocabulary({ config, weights }, size);
    const large = restoreModel({ ...resized, features, vectors });
    const row = encoderOf(keptOf(name)).encodeText('goal treaty unheard');
    const batch = (unheard: number) => ({
      size: 1,
      time: 3,
      lengths: Int32Array.of(3),
      ids: Int32Array.of(0),
      tokens: row.tokens.map((token, i) => (i === 2 ? unheard : token)),
      vectorIds: row.vectorIds!, // it has vectors
      features: { offsets: Int32Array.of(0, row.features!.ids.length), ...row.features! }, // and features
    });
    const expected = model.predictBatch(batch(1));
    expect(large.predictBatch(batch(1))).toEqual(expected);
    expect(large.predictBatch(batch(size - 1))).toEqual(expected);
    const back = restoreModel({ ...resizeVocabulary(resized, size - 5), features, vectors });
    expect([...back.stateDict()]).toEqual([...weights]);
    large.dispose();
    back.dispose();
  });
});
