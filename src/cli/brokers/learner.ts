import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { bufferCount, from, lastValueFrom, tap, toArray } from 'rxjs';
import { decodeMessage } from '../../brokers/decodeMessage.js';
import type { MessageLog } from '../../brokers/MessageLog.js';
import type { ModelStore } from '../../brokers/models/ModelStore.js';
import type { PublishedModels, StoredModel } from '../../brokers/models/PublishedModels.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { OnlineModel } from '../../contracts/live/Learning.js';
import type { LiveHeadline } from '../../contracts/live/Live.js';
import { promiseOf } from '../../contracts/promiseOf.js';
import { encodeArtifacts } from '../../models/artifacts/encodeArtifacts.js';
import { loadArtifacts } from '../../models/artifacts/loadArtifacts.js';
import { onlineRate } from '../../models/artifacts/onlineRate.js';
import { restoreModel } from '../../models/artifacts/restoreModel.js';
import { decodeSafetensors, encodeSafetensors } from '../../models/artifacts/safetensors.js';
import { modelSlot } from '../../operators/learning/modelSlot.js';
import { prequential } from '../../operators/learning/prequential.js';
import { rowEncoder } from '../../text/rowEncoder.js';

/** The options of a learner that reads labels from a broker. */
export interface LearnerOptions {
  readonly store: ModelStore;
  /** The name of the model in the store. */
  readonly name: string;
  /** The identity of the source of the labels. A position refers to it. */
  readonly labels: string;
  /** Opens the labels after a position. */
  readonly open: (after: number | undefined) => MessageLog;
  /** The number of messages after which a model is published. */
  readonly every: number;
  /** Labels in a step. */
  readonly batchSize: number;
  /** The step size of the optimizer. Default: depends on the model. */
  readonly learningRate: number | undefined;
  readonly backend: string | undefined;
}

/** A model was trained and published. */
export interface LearntModel {
  readonly type: 'published';
  /** The model's id. */
  readonly model: string;
  /** The position of the last message that it has learnt from. */
  readonly position: number;
  /** The number of labels in these messages that the model was tested on and trained on. */
  readonly labels: number;
  /** The share of labels that the model predicted correctly before it learnt from them. */
  readonly accuracy: number;
  /** The number of messages that were not labels, or whose class the model does not know. */
  readonly leftOut: number;
  /** Whether the model got worse and was reset to the previous model. */
  readonly setBack: boolean;
}

/** The file of the optimizer's state, beside the model. */
const OPTIMIZER = 'optimizer.safetensors';

/** How much the accuracy may fall before the model counts as worse. */
const TOLERANCE = 0.02;

/** The progress of the learning, which is published with the model. */
const progressCodec = t.type({
  learner: t.type({ labels: t.string, position: t.number, rounds: t.number }),
});

interface Progress {
  readonly position: number | undefined;
  /** The number of models that were trained before. */
  readonly rounds: number;
}

const isOnline = (model: object): model is OnlineModel => 'optimizerState' in model && 'renewTokens' in model;

const progressOf = ({ about }: StoredModel, labels: string): Progress => {
  const decoded = progressCodec.decode(about);
  return E.isRight(decoded) && decoded.right.learner.labels === labels
    ? decoded.right.learner
    : { position: undefined, rounds: 0 };
};

/**
 * Tests a model on each label, learns from the label, and publishes a new model after a given number of messages.
 *
 * Every round starts from the published state: the model, its optimizer's state, and the position of the last label.
 * All three are one entry of the store and are written atomically. So a learner that crashes resumes from there, and
 * its results are equal byte for byte to those without a crash.
 *
 * Errors: `HW_USAGE` if no model with this name is published, or it cannot be trained further; errors of the store and
 * of the labels.
 */
export const learner = async function* (options: LearnerOptions): AsyncGenerator<LearntModel> {
  const { store, name, labels, open, every } = options;
  let published = await store.current(name);
  if (published === undefined)
    throw new HeadwaterError(
      'HW_USAGE',
      `No model is called ${name} there. Publish a first one: headwater publish-model DIR --to ADDRESS`,
    );
  let messages: LiveHeadline[] = [];
  let read = 0;
  for await (const { position, value } of open(progressOf(published.inUse, labels).position)) {
    const headline = decodeMessage(value, read, labels, 0);
    if (E.isRight(headline) && headline.right.category !== undefined) messages.push(headline.right);
    read += 1;
    if (read < every) continue;
    const { next, learnt } = await learnRound(published, messages, { ...options, position, read });
    published = next;
    messages = [];
    read = 0;
    yield learnt;
  }
};

/** Learns from the messages of one round, and publishes the result. */
const learnRound = async (
  { inUse, revision }: PublishedModels,
  messages: readonly LiveHeadline[],
  {
    store,
    name,
    labels,
    batchSize,
    learningRate,
    backend,
    position,
    read,
  }: LearnerOptions & { readonly position: number; readonly read: number },
): Promise<{ readonly next: PublishedModels; readonly learnt: LearntModel }> => {
  const { rounds } = progressOf(inUse, labels);
  const artifacts = await promiseOf(loadArtifacts(await store.fetch(inUse.files)));
  const { labelEncoder, text, config } = artifacts;
  // The random numbers of a step depend on the round: rounds differ, but a repeated round is identical.
  const model = restoreModel(artifacts, { seed: rounds, backend });
  try {
    if (!isOnline(model))
      throw new HeadwaterError(
        'HW_USAGE',
        `The model ${name} cannot continue to learn. Publish one that train has made.`,
      );
    const optimizer = inUse.others.find((file) => file.name === OPTIMIZER);
    if (optimizer !== undefined) {
      const decoded = decodeSafetensors((await store.fetch([optimizer])).get(OPTIMIZER) ?? new Uint8Array());
      if (E.isLeft(decoded)) throw decoded.left;
      model.loadOptimizerState(decoded.right.weights);
    }
    let scored = 0;
    let correct = 0;
    let setBack = false;
    const known = messages.filter(
      ({ category }) => category !== undefined && labelEncoder.indexOf(category) !== undefined,
    );
    await lastValueFrom(
      from(known).pipe(
        bufferCount(batchSize),
        prequential({
          slot: modelSlot(model, { trialRows: Math.max(1, known.length), tolerance: TOLERANCE }),
          tokenizer: rowEncoder(artifacts),
          labelEncoder,
          text,
          batchSize,
          learningRate: learningRate ?? onlineRate(config),
        }),
        tap((event) => {
          if (event.type === 'rolled-back') setBack = true;
          if (event.type !== 'scored') return;
          scored += 1;
          if (event.correct) correct += 1;
        }),
        toArray(),
      ),
    );
    const next = await store.publish(name, {
      files: encodeArtifacts({ ...artifacts, weights: model.stateDict(), performance: undefined }),
      others: new Map([[OPTIMIZER, encodeSafetensors(model.optimizerState())]]),
      about: { learner: { labels, position, rounds: rounds + 1 } },
      after: revision,
    });
    return {
      next,
      learnt: {
        type: 'published',
        model: next.inUse.id,
        position,
        labels: scored,
        accuracy: scored === 0 ? 0 : correct / scored,
        leftOut: read - scored,
        setBack,
      },
    };
  } finally {
    model.dispose();
  }
};
