import type { EpochRecord } from '../../contracts/training/TrainingRecord.js';
import type {
  RejectionsView,
  ReportView,
  TrainingNews,
  TrainingPhase,
  TrainingSnapshot,
} from '../../contracts/training/TrainingView.js';

/** A step with its position between epochs: 1.5 is halfway through the second epoch. */
export interface StepPoint {
  readonly at: number;
  readonly loss: number | null;
  readonly rowsPerSecond: number;
}

/** An even sample of the steps of a training: every step, or every second, fourth, eighth and so on. */
export interface SampledSteps {
  readonly points: readonly StepPoint[];
  /** n: one of n steps is kept. */
  readonly every: number;
  /** The number of all steps. */
  readonly told: number;
}

/** Everything that the page shows of a training. */
export interface TrainingPicture {
  readonly phase: TrainingPhase;
  readonly epochs: readonly EpochRecord[];
  /** The current or last epoch; 0 before the first. */
  readonly epoch: number;
  readonly learningRate: number | undefined;
  /** The number of train rows, for the progress of an epoch; 0 until it is known. */
  readonly trainRows: number;
  /** The number of rows in the largest batch so far. The last batch of each length is smaller. */
  readonly batchRows: number;
  readonly steps: SampledSteps;
  /** The speed at the last step. */
  readonly rowsPerSecond: number | undefined;
  readonly best: { readonly epoch: number; readonly loss: number } | undefined;
  readonly rejections: RejectionsView;
  readonly report: ReportView | null;
}

/** The maximum number of drawn steps. */
const STEPS = 2000;

/** The picture before the first event. */
const NOTHING_YET: TrainingPicture = {
  phase: 'preparing',
  epochs: [],
  epoch: 0,
  learningRate: undefined,
  trainRows: 0,
  batchRows: 0,
  steps: { points: [], every: 1, told: 0 },
  rowsPerSecond: undefined,
  best: undefined,
  rejections: { total: 0, byReason: [], examples: [] },
  report: null,
};

const withStep = ({ points, every, told }: SampledSteps, step: StepPoint): SampledSteps => {
  if (told % every !== 0) return { points, every, told: told + 1 };
  if (points.length < STEPS) return { points: [...points, step], every, told: told + 1 };
  return withStep({ points: points.filter((_, index) => index % 2 === 0), every: every * 2, told }, step);
};

/** The picture after an event of a training. */
export const afterNews = (before: TrainingPicture, news: TrainingNews): TrainingPicture => {
  switch (news.type) {
    case 'training-started':
      // Another model starts with empty curves.
      return {
        ...NOTHING_YET,
        rejections: before.rejections,
        report: before.report,
        phase: 'training',
        trainRows: news.rows.train,
      };
    case 'epoch-started':
      return { ...before, phase: 'training', epoch: news.epoch, learningRate: news.learningRate };
    case 'step': {
      const { epoch, loss, rowsPerSecond } = news;
      const batchRows = Math.max(before.batchRows, news.rows);
      const part = before.trainRows === 0 ? 0 : Math.min(1, ((news.step + 1) * batchRows) / before.trainRows);
      return {
        ...before,
        epoch,
        batchRows,
        rowsPerSecond,
        steps: withStep(before.steps, { at: epoch - 1 + part, loss, rowsPerSecond }),
      };
    }
    case 'epoch': {
      const { epoch, trainLoss, validationLoss, validationAccuracy, validationMacroF1, learningRate, improved } = news;
      const record = {
        epoch,
        trainLoss,
        validationLoss,
        validationAccuracy,
        validationMacroF1,
        learningRate,
        improved,
      };
      return {
        ...before,
        epoch,
        learningRate,
        epochs: [...before.epochs.filter((other) => other.epoch !== epoch), record],
        best: improved ? { epoch, loss: validationLoss } : before.best,
      };
    }
    case 'training-ended':
      return { ...before, phase: 'measuring', best: { epoch: news.bestEpoch, loss: news.bestLoss } };
  }
};

/** The picture of all events up to a snapshot. */
export const pictureOf = ({ state, history, rejections, report }: TrainingSnapshot): TrainingPicture => ({
  ...history.reduce(afterNews, NOTHING_YET),
  phase: state,
  rejections,
  report,
});
