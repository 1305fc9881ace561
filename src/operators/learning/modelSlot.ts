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
import { checkNumber, checkOptions, checkWhole } from '../../contracts/checkOption.js';
import { mostProbable } from '../training/internal/mostProbable.js';
import { encodedOf } from '../rows/internal/encodedText.js';
import { padRows } from '../batches/padRows.js';

/** How the model in use is compared with the one before it. */
export interface ModelSlotOptions {
  /**
   * N: the number of labelled rows in a trial, at least 1, or Infinity for no trials. Without trials no model is ever
   * rolled back. Default 500.
   */
  readonly trialRows?: number | undefined;
  /**
   * How much lower its share of right predictions may be before the model in use counts as worse, between 0 and 1.
   * Default 0.02: if two equally good models disagree on a twentieth of the rows, the one in use looks that much worse
   * by chance in about one of fifty trials of 500 rows.
   */
  readonly tolerance?: number | undefined;
}

/** Weights and optimizer state to which a model can be restored. */
interface Saved {
  readonly weights: StateDict;
  readonly optimizer: StateDict;
}

/** The model before the one in use: another model, or the earlier state of the same model. */
type Before =
  { readonly after: 'swapped'; readonly model: OnlineModel } | { readonly after: 'learnt'; readonly saved: Saved };

/** The number of rows in a batch when the model before is measured. */
const BATCH = 64;

const save = (model: OnlineModel): Saved => ({ weights: model.stateDict(), optimizer: model.optimizerState() });

const restore = (model: OnlineModel, { weights, optimizer }: Saved): void => {
  model.loadStateDict(weights);
  model.loadOptimizerState(optimizer);
};

/** The number of rows that a model predicts right. */
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
 * Makes the slot of the model in use. The model is swapped there between two batches, and rolled back if it turns out
 * worse than the one before.
 *
 * Models are tried N labelled rows at a time. The model in use is measured by the predictions that it made before it
 * learnt from a row. The model before has not learnt from these rows either. It makes its predictions at the end of the
 * trial. If the share of the model in use is lower by more than `tolerance`, the model before is put into use again.
 * Otherwise the model in use is kept. If its share is not lower at all, its present state is what the next trial
 * compares with; if it is lower by less than `tolerance`, the next trial compares with the same earlier state, so that
 * a model that gets worse slowly is found too. `swap` and learning are checked in the same way:
 *
 * - after `swap`, the model before is the one that was swapped out, as it was then;
 * - without `swap`, it is an earlier state of the same model, weights and optimizer.
 *
 * ```
 * labelled rows:  ....N....N....N..      N: a trial ends
 * in use:         A----A---B----A--      A learns and is confirmed, B is swapped in, does worse and is rolled back
 * ```
 *
 * Every call is one synchronous step, so two models never predict one batch. The slot does not dispose of models that
 * are swapped in or out. Their owner does so when a `confirmed` or `rolled-back` event has reported that a model is no
 * longer needed. Holds N rows, and a copy of the weights and of the optimizer's state.
 *
 * @param model the first model in use
 * @param options how models are tried
 * @throws HeadwaterError `HW_USAGE` when an option is invalid
 * @see prequential which scores the slot's model, and lets it learn
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
export const modelSlot = (model: OnlineModel, options: ModelSlotOptions = {}): ModelSlot => {
  checkOptions('modelSlot', options, 'model, { trialRows: 500 }');
  const { trialRows = 500, tolerance = 0.02 } = options;
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
   * Tokens that were renewed since the weights were saved, and the token that each was copied from. They must be
   * renewed in the saved weights too.
   */
  let renewed = new Map<number, number>();

  const begin = (next: Before): void => {
    before = next;
    rows = [];
    renewed = new Map();
    version++;
  };

  /** Begins a trial that compares with the same earlier state as the one that has ended. */
  const beginAgain = (): void => {
    rows = [];
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
      if (worse || accuracy >= result.accuracyBefore) begin({ after: 'learnt', saved: worse ? save(current) : now });
      else beginAgain();
      return { type: worse ? 'rolled-back' : 'confirmed', ...result };
    } finally {
      // Also after an error: a model that could not be measured is not put into use.
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
          `The model ${candidate.name} has ${candidate.classes} classes, but ${current.name}, ` +
            `which is in use, ${current.classes}. Train it with the same label encoder.`,
        );
      }
      if (candidate === current) return;
      // The next trial does not compare with a candidate whose own trial has not ended.
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
      // These tokens stood for other words when the rows were predicted.
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
