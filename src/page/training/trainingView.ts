import {
  concat,
  defer,
  EMPTY,
  exhaustMap,
  ignoreElements,
  merge,
  type Observable,
  of,
  retry,
  Subject,
  switchMap,
  tap,
  throwError,
  timer,
} from 'rxjs';
import type { FlowSnapshot } from '../../contracts/flow/FlowSnapshot.js';
import type { Side } from '../../contracts/rows/Row.js';
import type {
  ConfigView,
  ModelView,
  RejectionsView,
  ReportView,
  SideView,
  TrainingNews,
  TrainingPhase,
  TrainingSnapshot,
} from '../../contracts/training/TrainingView.js';
import { Chart } from '../charts/Chart.js';
import { hueName } from '../elements/classMark.js';
import { ConnectionBadge } from '../connection/ConnectionBadge.js';
import { element, setText } from '../elements/element.js';
import { FlowPanel } from '../flow/FlowPanel.js';
import { Figures } from '../panels/Figures.js';
import {
  formatCompact,
  formatCount,
  formatLoss,
  formatRate,
  formatScore,
  formatTime,
  NOTHING,
} from '../elements/format.js';
import { describeLosses, formatEpoch, lossChart, qualityChart, qualityData } from '../panels/lossChart.js';
import { describeConfig } from '../panels/describeConfig.js';
import { card, facts } from '../panels/ModelSection.js';
import { openEvents } from '../connection/openEvents.js';
import { RejectedRows } from '../panels/RejectedRows.js';
import { RunsSection } from '../runs/RunsSection.js';
import type { ComparedRun } from '../runs/testRows.js';
import { reconnecting, type ServerSent, type StreamNews, TokenWanted } from '../connection/reconnecting.js';
import { credentials, describeFailure, getJson } from '../connection/server.js';
import type { ViewOptions } from '../serving/servingView.js';
import { className, confusionTable, scoresTable } from '../elements/tables.js';
import { afterNews, pictureOf, type TrainingPicture } from './trainingPicture.js';
import { whenChanged } from '../elements/whenChanged.js';

const PHASES: Readonly<Record<TrainingPhase, string>> = {
  preparing: 'Reading and splitting',
  training: 'Training',
  measuring: 'Measuring the test rows',
  ended: 'Done',
  failed: 'Failed',
};

const SIDES: readonly (readonly [side: Side, name: string])[] = [
  ['train', 'Train'],
  ['validation', 'Validation'],
  ['test', 'Test'],
];

/** The interval between two drawings. Milliseconds. */
const DRAW_MS = 250;

/** A connection that is lost for this long is not an interruption of the network. Milliseconds. */
const LOST_MS = 3000;

/** The wait before a failed request for a snapshot is repeated. Milliseconds. */
const RETRY_MS = 2000;

/** The split as a table: the rows of each class on each side, as numbers and bars. */
const splitTable = (classes: readonly string[], split: Readonly<Record<Side, SideView>>): HTMLElement => {
  const share = (name: string, category: number, { rows, classes: counts }: SideView): HTMLElement => {
    const count = counts[name] ?? 0;
    const bar = element('span', { class: 'bar', 'aria-hidden': 'true' });
    bar.style.setProperty('--length', String(rows === 0 ? 0 : count / rows));
    bar.style.setProperty('--hue', `var(${hueName(category)})`);
    return element('td', {}, element('span', { class: 'count' }, formatCount(count)), bar);
  };
  return element(
    'div',
    { class: 'table-frame', tabindex: 0, role: 'region', 'aria-label': 'The split' },
    element(
      'table',
      { class: 'split-table' },
      element('caption', { class: 'hidden' }, 'Rows of each class on each side'),
      element(
        'thead',
        {},
        element(
          'tr',
          {},
          ...['Class', ...SIDES.map(([, name]) => name)].map((name) => element('th', { scope: 'col' }, name)),
        ),
      ),
      element(
        'tbody',
        {},
        ...classes.map((name, category) =>
          element(
            'tr',
            {},
            element('th', { scope: 'row' }, className(name, category)),
            ...SIDES.map(([side]) => share(name, category, split[side])),
          ),
        ),
        element(
          'tr',
          {},
          element('th', { scope: 'row' }, 'All'),
          ...SIDES.map(([side]) => element('td', {}, formatCount(split[side].rows))),
        ),
      ),
    ),
  );
};

const reportCards = ({ classes, confusion, accuracy, loss, performance, rows }: ReportView): readonly HTMLElement[] => [
  card(
    'Confusion matrix',
    `Test rows: accuracy ${formatScore(accuracy)}, loss ${formatLoss(loss)}`,
    confusionTable(classes, confusion),
  ),
  card('Scores', `Of ${formatCount(rows)} test rows`, scoresTable(classes, performance)),
];

/** The name of this training in a comparison. */
const THIS = 'this training';

/** This training as one of several runs. */
const asRun = ({ classes, config, split }: TrainingSnapshot, { epochs, report }: TrainingPicture): ComparedRun => ({
  name: THIS,
  modelId: null,
  classes,
  config,
  performance: report?.performance ?? null,
  testRows: split?.test.classes,
  training: {
    epochs,
    confusion: report?.confusion ?? [],
    accuracy: report?.accuracy ?? null,
    loss: report?.loss ?? null,
  },
});

/** The page of a training that is running or finished. */
export const trainingView = (
  main: HTMLElement,
  first: TrainingSnapshot,
  { announcer, notice, corner, tokenWanted }: ViewOptions,
): void => {
  let snapshot = first;
  let picture: TrainingPicture = pictureOf(first);
  let changed = true;

  const badge = new ConnectionBadge(announcer);
  const phase = element('span', { class: 'chip' });
  const figures = new Figures({
    phase: 'Now',
    epoch: 'Epoch',
    rate: 'Rows a second',
    best: 'Lowest validation loss',
    rejected: 'Rejected rows',
  });
  const loss = lossChart(true);
  const quality = qualityChart();
  const pace = new Chart({
    title: 'Pace',
    subtitle: 'Rows a second',
    xLabel: 'Epoch',
    wholeX: true,
    formatX: formatEpoch,
    formatY: formatCompact,
    series: [{ label: 'Rows a second', hue: '--accent', points: false }],
  });
  const split = element('div', {});
  const rejections = new RejectedRows();
  const config = element('div', {});
  const results = element('div', { class: 'grid' });
  const flow = new FlowPanel();
  const resultsBlock = element(
    'section',
    { class: 'block', 'aria-labelledby': 'results-heading', hidden: true },
    element('h2', { id: 'results-heading' }, 'On the test rows'),
    results,
  );

  /** Steps and the ends of epochs on one axis. An epoch ends at a whole number. */
  const showLosses = ({ steps, epochs }: TrainingPicture): void => {
    const points = [
      ...steps.points.map(({ at, loss: step }) => ({ at, values: [step, null, null] })),
      ...epochs.map(({ epoch, trainLoss, validationLoss }) => ({
        at: epoch,
        values: [null, trainLoss, validationLoss],
      })),
    ].sort((a, b) => a.at - b.at);
    loss.show({
      x: points.map(({ at }) => at),
      y: [0, 1, 2].map((series) => points.map(({ values }) => values[series] ?? null)),
      summary: describeLosses(epochs),
    });
  };

  const showRejections = whenChanged((view: RejectionsView, sides: TrainingSnapshot['split']) =>
    rejections.show(view, sides === null ? undefined : SIDES.reduce((sum, [side]) => sum + sides[side].rows, 0)),
  );
  const showSplit = whenChanged((classes: readonly string[], sides: TrainingSnapshot['split']) =>
    split.replaceChildren(
      sides === null ? element('p', { class: 'hint' }, 'The rows are being read.') : splitTable(classes, sides),
    ),
  );
  const showConfig = whenChanged((made: ConfigView | null) =>
    config.replaceChildren(
      made === null ? element('p', { class: 'hint' }, 'Made when the rows are read.') : facts(describeConfig(made)),
    ),
  );
  const showReport = whenChanged((report: ReportView | null) => {
    resultsBlock.hidden = report === null;
    results.replaceChildren(...(report === null ? [] : reportCards(report)));
  });

  /** The place of the comparison with other trainings; empty if there are none. */
  const runsPlace = element('div', { hidden: true });
  let showRuns: ((now: TrainingPicture) => void) | undefined;
  const compare = (others: readonly ModelView[]): void => {
    if (others.length === 0) return;
    const section = new RunsSection([THIS, ...others.map(({ name }) => name)]);
    runsPlace.replaceChildren(section.node);
    runsPlace.hidden = false;
    showRuns = (now) => section.show([asRun(snapshot, now), ...others]);
    changed = true;
  };
  getJson<readonly ModelView[]>('runs').then(compare, (error: unknown) => {
    if (!tokenWanted(error)) notice.show(`The runs to compare with are not known: ${describeFailure(error)}`);
  });

  /** The time at which the connection was lost; undefined while it is open. Milliseconds since 1970. */
  let lostAt: number | undefined;
  /** The notice that the server is lost; undefined while it is not. */
  let lost: string | undefined;
  const heardConnection = (news: StreamNews): void => {
    badge.heard(news);
    if (news.type === 'waiting') lostAt ??= Date.now();
    else if (news.type === 'opened') lostAt = undefined;
  };
  /** An interrupted training cannot say that it was. So the page says for how long it knows nothing. */
  const tellLost = (): void => {
    if (lostAt === undefined && lost !== undefined) {
      notice.hide(lost);
      lost = undefined;
      changed = true;
    } else if (lostAt !== undefined && lost === undefined && !isOver() && Date.now() - lostAt >= LOST_MS) {
      lost =
        `The training cannot be reached since ${formatTime(lostAt)}, and the page shows what it was then. ` +
        'If the training was interrupted, the same command with --resume continues it.';
      notice.show(lost);
      changed = true;
    }
  };

  const draw = (): void => {
    tellLost();
    if (!changed || document.hidden) return;
    changed = false;
    const { phase: now, epoch, epochs, steps, rowsPerSecond: rate, best, report } = picture;
    const said = lost === undefined ? PHASES[now] : 'Not known';
    setText(phase, said);
    figures.show('phase', said);
    figures.show('epoch', epoch === 0 ? NOTHING : `${epoch} of ${snapshot.epochs}`);
    figures.show('rate', rate === undefined ? NOTHING : formatRate(rate));
    if (best === undefined) figures.show('best', NOTHING);
    else figures.show('best', formatLoss(best.loss), `epoch ${best.epoch}`);
    figures.show('rejected', formatCount(picture.rejections.total));
    showLosses(picture);
    quality.show(qualityData(epochs));
    pace.show({
      x: steps.points.map(({ at }) => at),
      y: [steps.points.map(({ rowsPerSecond }) => rowsPerSecond)],
      summary:
        rate === undefined ? 'No step has been made yet.' : `${formatRate(rate)} rows a second at the last step.`,
    });
    showRejections(picture.rejections, snapshot.split);
    showSplit(snapshot.classes, snapshot.split);
    showConfig(snapshot.config);
    showReport(report);
    showRuns?.(picture);
  };

  const become = (next: TrainingPicture): void => {
    if (next.phase !== picture.phase) setText(announcer, PHASES[next.phase]);
    picture = next;
    changed = true;
  };

  const tellFailure = (error: string | undefined): void => {
    if (error !== undefined) notice.show(`The training has failed: ${error}`);
  };

  const isOver = (): boolean => picture.phase === 'ended' || picture.phase === 'failed';

  const split$ = new Subject<void>();
  const missed$ = new Subject<void>();

  const heard = ({ name, data }: ServerSent): void => {
    switch (name) {
      case 'training': {
        const news = JSON.parse(data) as TrainingNews;
        become(afterNews(picture, news));
        if (news.type === 'training-started') split$.next();
        break;
      }
      case 'rejections':
        become({ ...picture, rejections: JSON.parse(data) as RejectionsView });
        break;
      case 'report':
        become({ ...picture, report: JSON.parse(data) as ReportView });
        break;
      case 'ended': {
        const { error } = JSON.parse(data) as { readonly error?: string };
        become({ ...picture, phase: error === undefined ? 'ended' : 'failed' });
        tellFailure(error);
        break;
      }
      case 'flow':
        flow.show(JSON.parse(data) as FlowSnapshot);
        break;
      case 'missed':
        missed$.next();
        break;
    }
  };

  /** The current snapshot. The request is repeated until it succeeds or the training is over. */
  const present$ = defer(() => getJson<TrainingSnapshot>('training')).pipe(
    retry({
      delay: (error: unknown) =>
        error instanceof TokenWanted ? throwError(() => error) : isOver() ? EMPTY : timer(RETRY_MS),
    }),
  );

  /** The events after a snapshot. */
  const newsAfter = ({ lastEventId }: TrainingSnapshot): Observable<StreamNews> =>
    reconnecting({
      open: (after) => openEvents(`events${lastEventId === null ? '?last=10000' : ''}`, credentials(), after),
      lastEventId: lastEventId ?? undefined,
      isOver,
      random: Math.random,
    });

  // The results of the split are only in the snapshot. Everything else was received as events, and newer events may
  // have arrived since.
  const known$ = split$.pipe(
    switchMap(() => present$),
    tap((present) => {
      snapshot = present;
      become(picture);
    }),
    ignoreElements(),
  );
  const whole$ = missed$.pipe(
    exhaustMap(() => present$),
    tap((present) => {
      snapshot = present;
      become(pictureOf(present));
      tellFailure(present.error);
    }),
  );
  // The stream continues after each complete snapshot. Events that the snapshot does not contain are received again,
  // and no others.
  const news$ = concat(of(first), whole$).pipe(switchMap(newsAfter));

  merge(news$, known$).subscribe({
    next: (news) => {
      heardConnection(news);
      if (news.type === 'event') heard(news);
    },
    error: tokenWanted,
  });

  corner.replaceChildren(phase, badge.node);
  main.replaceChildren(
    figures.node,
    element(
      'section',
      { class: 'block', 'aria-labelledby': 'curves-heading' },
      element('h2', { id: 'curves-heading' }, 'Curves'),
      element('div', { class: 'grid three' }, loss.node, quality.node, pace.node),
    ),
    resultsBlock,
    runsPlace,
    flow.node,
    element(
      'section',
      { class: 'block', 'aria-labelledby': 'data-heading' },
      element('h2', { id: 'data-heading' }, 'Data and model'),
      element(
        'div',
        { class: 'grid three' },
        card('Split', 'Rows by class and side', split),
        card('Rejected rows', undefined, rejections.node),
        card('Model', undefined, config),
      ),
    ),
  );
  for (const seen of first.flow) flow.show(seen);
  tellFailure(first.error);
  draw();
  setInterval(draw, DRAW_MS);
};
