import type { WorkerStatus } from '../../contracts/live/WorkerStatus.js';
import { getJson, Refused } from '../connection/server.js';
import { element, setText } from '../elements/element.js';
import { formatCount, formatMs, formatRate, formatTime, NOTHING } from '../elements/format.js';
import { Figures } from '../panels/Figures.js';
import { card } from '../panels/ModelSection.js';
import type { ViewOptions } from '../serving/servingView.js';

/** The server's response about workers. */
export interface WorkersJson {
  /** The time of the server, which also gives the times of the workers. The clock of this machine may differ. */
  readonly at: number;
  readonly workers: readonly WorkerStatus[];
}

/** The interval between requests for the workers. Milliseconds. */
const ASK_MS = 1000;

/** A worker without a message for this long is shown as silent. Milliseconds. */
const SILENT_MS = 5000;

const COLUMNS = [
  'Worker',
  'Group',
  'State',
  'Model',
  'Headlines/s',
  'Classified',
  'In flight',
  'Waiting',
  'Median',
  '99th percentile',
  'Delivered again',
  'Dead letters',
  'Lost',
  'Partitions',
] as const;

/** The state of a worker in one or two words. */
const stateOf = ({ at, connected, stalled }: WorkerStatus, now: number): string => {
  if (now - at > SILENT_MS) return `silent since ${formatTime(at)}`;
  if (!connected) return 'connection lost';
  return stalled ? 'results wait' : 'working';
};

/** The number of waiting messages: the sum over workers for Kafka, and over groups for JetStream. */
const waiting = (workers: readonly WorkerStatus[]): number | undefined => {
  /** Each worker of a JetStream group reports the messages of the whole group, some of them a little later. */
  const counts = new Map<string, number>();
  for (const { worker, group, from, lag } of workers) {
    if (lag === undefined) continue;
    const of = lag.of === 'worker' ? worker : `${group} ${from}`;
    counts.set(of, Math.max(counts.get(of) ?? 0, lag.messages));
  }
  return counts.size === 0 ? undefined : [...counts.values()].reduce((sum, count) => sum + count, 0);
};

const cells = (status: WorkerStatus, now: number): readonly string[] => [
  status.group,
  stateOf(status, now),
  status.models.join(' and '),
  formatRate(status.perSecond),
  formatCount(status.classified),
  formatCount(status.inFlight),
  status.lag === undefined ? NOTHING : formatCount(status.lag.messages),
  status.latencyMs === undefined ? NOTHING : formatMs(status.latencyMs.p50),
  status.latencyMs === undefined ? NOTHING : formatMs(status.latencyMs.p99),
  formatCount(status.retried),
  formatCount(status.deadLetters),
  formatCount(status.lost),
  status.partitions === undefined ? NOTHING : status.partitions.join(', ') || 'none',
];

/** Shows all workers that the server knows, updated each second. */
export const workersView = (
  main: HTMLElement,
  first: WorkersJson,
  { announcer, notice, corner }: ViewOptions,
): void => {
  const figures = new Figures({
    workers: 'Workers',
    rate: 'Headlines a second',
    classified: 'Classified',
    lag: 'Waiting messages',
    inFlight: 'In flight',
    deadLetters: 'Dead letters',
    lost: 'Lost',
  });
  const rows = new Map<string, readonly HTMLElement[]>();
  const body = element('tbody', {});
  const asked = element('span', {});
  corner.replaceChildren(element('p', { class: 'badge' }, asked));

  const rowOf = (worker: string): readonly HTMLElement[] => {
    const known = rows.get(worker);
    if (known !== undefined) return known;
    const made = COLUMNS.slice(1).map(() => element('td', {}));
    body.append(element('tr', {}, element('th', { scope: 'row' }, worker), ...made));
    rows.set(worker, made);
    return made;
  };

  let told = '';
  const show = ({ at: now, workers }: WorkersJson): void => {
    const live = workers.filter(({ at }) => now - at <= SILENT_MS);
    const sum = (of: (status: WorkerStatus) => number, some = workers): number =>
      some.reduce((total, status) => total + of(status), 0);
    figures.show('workers', formatCount(live.length));
    figures.show('rate', formatRate(sum(({ perSecond }) => perSecond, live)));
    figures.show('classified', formatCount(sum(({ classified }) => classified)));
    const lag = waiting(live);
    figures.show('lag', lag === undefined ? NOTHING : formatCount(lag));
    figures.show('inFlight', formatCount(sum(({ inFlight }) => inFlight, live)));
    figures.show('deadLetters', formatCount(sum(({ deadLetters }) => deadLetters)));
    figures.show('lost', formatCount(sum(({ lost }) => lost)));
    for (const status of workers) {
      const texts = cells(status, now);
      rowOf(status.worker).forEach((cell, column) => setText(cell, texts[column] ?? NOTHING));
    }
    setText(asked, `Live, ${formatTime(now)}`);
    // Announced to screen readers when it changes, not each second.
    const states = workers.map((status) => `${status.worker}: ${stateOf(status, now)}`).join('. ');
    if (states !== told) setText(announcer, states);
    told = states;
  };

  const table = element(
    'div',
    { class: 'table-frame', tabindex: 0, role: 'region', 'aria-label': 'Each worker' },
    element(
      'table',
      { class: 'values workers' },
      element('caption', { class: 'hidden' }, 'Workers, and how each is doing'),
      element('thead', {}, element('tr', {}, ...COLUMNS.map((name) => element('th', { scope: 'col' }, name)))),
      body,
    ),
  );
  main.replaceChildren(
    element(
      'section',
      { class: 'block', 'aria-labelledby': 'workers-heading' },
      element('h2', { id: 'workers-heading' }, 'Workers'),
      figures.node,
      card('Each worker', 'Each reports once a second.', table),
    ),
  );
  show(first);

  let lost = false;
  const ask = async (): Promise<void> => {
    try {
      show(await getJson<WorkersJson>('workers'));
      if (lost) notice.node.hidden = true;
      lost = false;
    } catch (error) {
      setText(asked, 'Not connected');
      if (!lost) notice.show(error instanceof Refused ? error.message : 'The server cannot be reached.');
      lost = true;
    }
    setTimeout(() => void ask(), ASK_MS);
  };
  setTimeout(() => void ask(), ASK_MS);
};
