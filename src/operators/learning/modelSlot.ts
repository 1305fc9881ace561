import { checkArgument } from '../../contracts/checkArgument.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type {
  ModelConfirmed,
  ModelRolledBack,
  ModelSlot,
  OnlineModel,
  ScoredTokens,
} from '../../contracts/live/Learning.js';
import type { StateDict } from '../../contracts/models/StateDict.js';
import { checkNumber, checkWhole } from '../../contracts/checkOption.js';
import { mostProbable } from '../training/internal/mostProbable.js';
import { encodedOf } from '../rows/internal/encodedText.js';
import { padRows } from '../batches/padRows.js';

/** How a model in use is measured beside the one before it. */
export interface ModelSlotOptions {
  /**
   * N: how many labelled rows a trial takes, at least 1, or Infinity for no trials: then nothing is ever rolled back.
   * Default 500.
   */
  readonly trialRows?: number | undefined;
  /**
   * How much smaller the share of rows that it gets right may be before it counts as worse, between 0 and 1. Default
   * 0.02: of two equally good models that disagree on a twentieth of the rows, chance alone lets the one in use look
   * that much worse on 500 rows once in some fifty trials.
   */
  readonly tolerance?: number | undefined;
}

/** Weights and the optimizer's state: what a model is set back to. */
interface Saved {
  readonly weights: StateDict;
  readonly optimizer: StateDict;
}

/** The model before the one in use: another one, or the same with what it was. */
type Before =
  { readonly after: 'swapped'; readonly model: OnlineModel } | { readonly after: 'learnt'; readonly saved: Saved };

/** Rows a batch when the one before is measured. */
const BATCH = 64;

const save = (model: OnlineModel): Saved => ({ weights: model.stateDict(), optimizer: model.optimizerState() });

const restore = (model: OnlineModel, { weights, optimizer }: Saved): void => {
  model.loadStateDict(weights);
  model.loadOptimizerState(optimizer);
};

/** How many of the rows a model gets right. */
const hitsOf = (model: OnlineModel, rows: readonly ScoredTokens[], padIndex: number): number => {
  let hits = 0;
  for (let from = 0; from < rows.length; from += BATCH) {
    const part = rows.slice(from, from + BATCH);
    const batch = padRows(
      part.map((row, id) => ({ ...encodedOf(row), id })),
      padIndex,
    );
    mostProbable(model, batch, model.predictBatch(batch)).forEach((predicted, row) => {
      if (predicted === part[row]!.label) hits++;
    });
  }
  return hits;
};

/**
 * Makes the place where the model in use stands: it is swapped there between two batches, and set back where it turns
 * out worse than the one before.
 *
 * Models are tried N labelled rows at a time. What counts for the model in use is what it predicted before it learnt
 * from a row; the one before, which has not learnt from them either, is asked for its predictions at the end of the
 * trial. If the model in use got a smaller share right (by more than `tolerance`) the one before is in use again; else
 * it is kept, and what it is now is what the next trial compares with. So `swap` and learning are checked the same way:
 *
 * - after `swap`, the one before is the model that was swapped out, as it was then;
 * - without, it is the same model as it was at the start of the trial, weights and optimizer.
 *
 * ```
 * labelled rows:  ....N....N....N..      N: a trial ends
 * in use:         A----A---B----A--      A learns and is confirmed, B is swapped in, does worse and is rolled back
 * ```
 *
 * Every call is one synchronous step, so no batch is ever predicted by two models. A model that was swapped in or out
 * is not disposed of: that is its owner's to do, when a `confirmed` or `rolled-back` event has told that it is no
 * longer needed. Holds N rows, and a copy of the weights and of the optimizer's state.
 *
 * @param model the model to begin with
 * @param options how models are tried
 * @throws HeadwaterError `HW_USAGE` when an option cannot work
 * @see prequential which scores the model in it, and lets it learn
 *
 * @example
 * ```ts
 * import { classifier, classifierConfig, modelSlot } from 'headwater';
 * const config = classifierConfig({ vocabularySize: 50, classes: 2, hiddenDim: 8 });
 * const old = classifier(config, { seed: 1 });
 * const better = classifier(config, { seed: 2 });
 * const slot = modelSlot(old, { trialRows: 200 });
 * slot.swap(better);
 * slot.current === better; // true, and for as long as it does no worse than the old one
 * ```
 */
export const modelSlot = (
  model: OnlineModel,
  { trialRows = 500, tolerance = 0.02 }: ModelSlotOptions = {},
): ModelSlot => {
  checkArgument('modelSlot', 'model', model, 'a model that learns online, such as linearClassifier() makes', [
    'stateDict',
  ]);

  if (trialRows !== Infinity) checkWhole('modelSlot', 'trialRows', trialRows, 1);
  checkNumber('modelSlot', 'tolerance', tolerance, { from: 0, to: 1 });
  const tried = trialRows !== Infinity;

  let current = model;
  let version = 0;
  let before: Before | undefined = tried ? { after: 'learnt', saved: save(model) } : undefined;
  let rows: ScoredTokens[] = [];
  /**
   * Tokens that were renewed since the weights were saved, and what they were made like: they are to be renewed in
   * those weights too.
   */
  let renewed = new Map<number, number>();

  const begin = (next: Before): void => {
    before = next;
    rows = [];
    renewed = new Map();
    version++;
  };

  const renewAgain = (): void => {
    for (const like of new Set(renewed.values())) {
      const tokens = [...renewed].filter(([, of]) => of === like).map(([token]) => token);
      current.renewTokens(tokens, like);
    }
  };

  const endTrial = (against: Before, padIndex: number): ModelConfirmed | ModelRolledBack => {
    const accuracy = rows.filter(({ correct }) => correct).length / rows.length;
    const ended = (accuracyBefore: number) => ({ after: against.after, rows: rows.length, accuracy, accuracyBefore });
    const isWorse = (accuracyBefore: number): boolean => accuracyBefore - accuracy > tolerance;

    if (against.after === 'swapped') {
      const result = ended(hitsOf(against.model, rows, padIndex) / rows.length);
      const worse = isWorse(result.accuracyBefore);
      if (worse) current = against.model;
      begin({ after: 'learnt', saved: save(current) });
      return { type: worse ? 'rolled-back' : 'confirmed', ...result };
    }

    const now = save(current);
    let worse = false;
    try {
      restore(current, against.saved);
      renewAgain();
      const result = ended(hitsOf(current, rows, padIndex) / rows.length);
      worse = isWorse(result.accuracyBefore);
      begin({ after: 'learnt', saved: worse ? save(current) : now });
      return { type: worse ? 'rolled-back' : 'confirmed', ...result };
    } finally {
      // After an error too: what could not be measured is not put into use.
      if (!worse) restore(current, now);
    }
  };

  return {
    get current() {
      return current;
    },
    get version() {
      return version;
    },
    swap: (candidate) => {
      if (candidate.classes !== current.classes) {
        throw new HeadwaterError(
          'HW_USAGE',
          `The model ${candidate.name} has ${candidate.classes} classes, but ${current.name}, which is in use, ${current.classes}. Train it with the same label encoder.`,
        );
      }
      if (candidate === current) return;
      // A candidate that has not stood its trial yet is not what the next one is to be compared with.
      const proven = before?.after === 'swapped' ? before.model : current;
      current = candidate;
      if (tried && proven !== candidate) begin({ after: 'swapped', model: proven });
      else if (tried) begin({ after: 'learnt', saved: save(candidate) });
      else version++;
    },
    renewTokens: (tokens, like) => {
      if (tokens.length === 0) return;
      current.renewTokens(tokens, like);
      if (before?.after === 'swapped') before.model.renewTokens(tokens, like);
      else for (const token of tokens) renewed.set(token, like);
      // They stood for other words when these rows were predicted.
      const gone = new Set(tokens);
      rows = rows.filter((row) => !row.tokens.some((token) => gone.has(token)));
    },
    score: (scored, padIndex = 0) => {
      if (before === undefined) return undefined;
      rows.push(...scored.filter((row) => row.version === version));
      return rows.length < trialRows ? undefined : endTrial(before, padIndex);
    },
  };
};
