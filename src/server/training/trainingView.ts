import type { FlowSnapshot } from '../../contracts/flow/FlowSnapshot.js';
import type { Rejection } from '../../contracts/rows/Rejection.js';
import type {
  EpochMetrics,
  RejectionsView,
  ReportView,
  TrainingNews,
  TrainingSnapshot,
} from '../../contracts/training/TrainingView.js';
import { itemsOf, NO_ITEMS, type EvenSample, withItem } from './evenSample.js';
import type { TrainingPrepared } from './TrainingUpdate.js';

/** A change in the state of a training that a page shows. */
export type TrainingFact =
  | TrainingPrepared
  | { readonly type: 'training'; readonly news: TrainingNews }
  | { readonly type: 'metrics'; readonly metrics: EpochMetrics }
  | Rejection
  | FlowSnapshot
  | { readonly type: 'report'; readonly report: ReportView }
  /** The training is over; with the error if it has failed. */
  | { readonly type: 'ended'; readonly error?: string | undefined };

/** Facts with their numbers in the order of all facts. */
interface Numbered {
  readonly at: number;
  readonly news: TrainingNews;
}

/**
 * The remembered state of a training for viewers. It holds at most a few thousand numbers, however long the training
 * is.
 */
export interface TrainingView {
  readonly snapshot: Omit<TrainingSnapshot, 'history' | 'metrics' | 'lastEventId'>;
  readonly told: number;
  readonly steps: EvenSample<Numbered>;
  readonly epochs: EvenSample<Numbered>;
  readonly metrics: EvenSample<EpochMetrics>;
  /** The starts and ends of trainings, and the start of the current epoch. */
  readonly turns: readonly Numbered[];
}

/** The maximum number of points of a curve. */
const MOST_POINTS = 2000;
/** The maximum number of flow snapshots: three minutes. */
const MOST_FLOW = 180;
/** The maximum number of rejections that are shown in full. */
const MOST_EXAMPLES = 10;

/** The state before the first fact. */
export const UNTOLD: TrainingView = {
  snapshot: {
    state: 'preparing',
    config: null,
    classes: [],
    split: null,
    epochs: 0,
    rejections: { total: 0, byReason: [], examples: [] },
    report: null,
    flow: [],
  },
  told: 0,
  steps: NO_ITEMS,
  epochs: NO_ITEMS,
  metrics: NO_ITEMS,
  turns: [],
};

const withRejection = ({ total, byReason, examples }: RejectionsView, rejection: Rejection): RejectionsView => {
  const { reason, field } = rejection;
  const isSame = (entry: { readonly reason: string; readonly field?: string | undefined }): boolean =>
    entry.reason === reason && entry.field === field;
  const known = byReason.find(isSame) ?? { reason, ...(field !== undefined && { field }), count: 0 };
  const others = byReason.filter((entry) => !isSame(entry));
  return {
    total: total + 1,
    byReason: [...others, { ...known, count: known.count + 1 }].sort((a, b) => b.count - a.count),
    examples: examples.length < MOST_EXAMPLES ? [...examples, rejection] : examples,
  };
};

const withNews = (view: TrainingView, news: TrainingNews): TrainingView => {
  const numbered = { at: view.told, news };
  const next = { ...view, told: view.told + 1 };
  const { snapshot, turns } = view;
  switch (news.type) {
    case 'step':
      return { ...next, steps: withItem(view.steps, numbered, MOST_POINTS) };
    case 'epoch':
      return { ...next, epochs: withItem(view.epochs, numbered, MOST_POINTS) };
    case 'epoch-started':
      return { ...next, turns: [...turns.filter((turn) => turn.news.type !== 'epoch-started'), numbered] };
    case 'training-started':
      return {
        // The training of another model starts: the curves of the previous model are dropped.
        ...next,
        steps: NO_ITEMS,
        epochs: NO_ITEMS,
        metrics: NO_ITEMS,
        turns: [numbered],
        snapshot: { ...snapshot, state: 'training', epochs: news.epochs },
      };
    case 'training-ended':
      return { ...next, turns: [...turns, numbered], snapshot: { ...snapshot, state: 'measuring' } };
  }
};

/** The state after one more fact. */
export const viewAfter = (view: TrainingView, fact: TrainingFact): TrainingView => {
  const { snapshot } = view;
  switch (fact.type) {
    case 'prepared': {
      const { config, classes, split } = fact;
      return { ...view, snapshot: { ...snapshot, config, classes, split } };
    }
    case 'training':
      return withNews(view, fact.news);
    case 'metrics':
      return { ...view, metrics: withItem(view.metrics, fact.metrics, MOST_POINTS) };
    case 'rejection':
      return { ...view, snapshot: { ...snapshot, rejections: withRejection(snapshot.rejections, fact) } };
    case 'report':
      return { ...view, snapshot: { ...snapshot, report: fact.report } };
    case 'flow':
      return { ...view, snapshot: { ...snapshot, flow: [...snapshot.flow, fact].slice(-MOST_FLOW) } };
    case 'ended':
      return {
        ...view,
        snapshot: {
          ...snapshot,
          state: fact.error === undefined ? 'ended' : 'failed',
          ...(fact.error !== undefined && { error: fact.error }),
        },
      };
  }
};

/** The state for a page that opens now. @param lastEventId the id of the last event so far */
export const snapshotOf = (
  { snapshot, steps, epochs, metrics, turns }: TrainingView,
  lastEventId: string | null,
): TrainingSnapshot => {
  const history = [...turns, ...itemsOf(steps), ...itemsOf(epochs)].sort((a, b) => a.at - b.at).map(({ news }) => news);
  return { ...snapshot, history, metrics: itemsOf(metrics), lastEventId };
};
