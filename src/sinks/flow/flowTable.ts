import { checkTypes } from '../../contracts/checkOption.js';
import { checkArgument } from '../../contracts/checkArgument.js';
import Table from 'cli-table3';
import pc from 'picocolors';
import type { FlowHolding, FlowSnapshot, FlowStage } from '../../contracts/flow/FlowSnapshot.js';
import { printable } from '../terminal/printable.js';
import { inOrder } from './internal/inOrder.js';

/** Options of `flowTable`. */
export interface FlowTableOptions {
  /** Whether to use terminal colours. Default false. */
  readonly colors?: boolean | undefined;
  /** Whether bars are drawn with block characters; otherwise with `#`. Default true. */
  readonly unicode?: boolean | undefined;
}

/** The width of a bar, in columns. */
const BAR = 10;

/** The line characters of a table for terminals without Unicode. */
const ASCII = Object.fromEntries([
  ...['top', 'bottom', 'mid'].map((part) => [part, '-'] as const),
  ...['left', 'right', 'middle'].map((part) => [part, '|'] as const),
  ...['top', 'bottom'].flatMap((part) => ['mid', 'left', 'right'].map((end) => [`${part}-${end}`, '+'] as const)),
  ...['left', 'mid', 'right'].map((part) => [`${part}-mid`, '+'] as const),
]);

const count = (values: number): string => Math.round(values).toLocaleString('en-US');

const share = (of: number): string => `${(100 * of).toFixed(0)} %`;

/** A time in a short form: `0.04 ms`, `12 ms`, `3.1 s`. */
const time = (ms: number): string => {
  if (ms >= 9_995) return `${(ms / 1000).toFixed(0)} s`;
  if (ms >= 995) return `${(ms / 1000).toFixed(1)} s`;
  return ms >= 9.95 ? `${ms.toFixed(0)} ms` : `${ms.toFixed(2)} ms`;
};

const heldText = ({ operator, held, bound, highWaterMark }: FlowHolding): string => {
  const most = highWaterMark ?? bound;
  return `${operator} ${count(held)}${most === null ? '' : ` of ${count(most)}`}`;
};

const troubleText = ({ rejected, errors }: FlowStage): string =>
  [
    ...(rejected === 0 ? [] : [`${count(rejected)} rejected`]),
    ...(errors === 0 ? [] : [`${count(errors)} ${errors === 1 ? 'error' : 'errors'}`]),
  ].join(', ');

/** What the pipeline does when it does not work. */
const restText = ({ stages, idle, bottleneck }: FlowSnapshot): string => {
  if (stages.length === 0 || (idle <= 0.5 && bottleneck !== undefined)) return '';
  return bottleneck === undefined
    ? ', the rest waits for input'
    : `, the rest waits for ${printable(bottleneck)}, which waits for a disk, a network or another thread`;
};

/**
 * Formats a flow snapshot as a table for people: a line for each stage in the order of the data flow, with the
 * bottleneck marked, and the holders of closed valves.
 *
 * @returns lines without a newline at the end; control characters in names are escaped
 * @throws HeadwaterError `HW_USAGE` when an option is invalid
 *
 * @example
 * ```ts
 * import { lastValueFrom, range, take } from 'rxjs';
 * import { flowTable, trace, watchFlow } from 'headwater';
 *
 * const snapshot = lastValueFrom(watchFlow({ every: 5 }).pipe(take(1)));
 * range(1, 1000).pipe(trace('numbers')).subscribe();
 * console.log(flowTable(await snapshot));
 * ```
 */
export const flowTable = (snapshot: FlowSnapshot, options: FlowTableOptions = {}): string => {
  checkArgument('flowTable', 'snapshot', snapshot, 'a snapshot of watchFlow()', ['stages']);
  checkTypes('flowTable', options, { colors: 'boolean', unicode: 'boolean' });

  const { colors = false, unicode = true } = options;
  const paint = pc.createColors(colors);
  const { valves, idle, bottleneck } = snapshot;
  const bar = (of: number): string => {
    const full = Math.round(Math.min(1, of) * BAR);
    return (unicode ? '█' : '#').repeat(full) + (unicode ? '░' : '.').repeat(BAR - full);
  };
  const table = new Table({
    head: ['stage', 'values/s', 'working', 'latency', 'holds', ''].map(paint.bold),
    colAligns: ['left', 'right', 'left', 'right', 'left', 'left'],
    style: { head: [], border: [], compact: true },
    chars: unicode ? {} : ASCII,
  });
  for (const stage of inOrder(snapshot)) {
    const { name, rate, busy, latencyMs, holdings } = stage;
    const isSlowest = name === bottleneck;
    const mark = isSlowest ? paint.red : (text: string) => text;
    table.push([
      mark(printable(name)),
      count(rate),
      mark(`${bar(busy)} ${share(busy).padStart(5)}`),
      time(latencyMs),
      holdings.map(heldText).join(', '),
      [...(isSlowest ? [mark('bottleneck')] : []), troubleText(stage)].filter((text) => text !== '').join(', '),
    ]);
  }
  const held = valves
    .filter(({ share: of }) => of > 0.005)
    .map(({ holder, share: of }) => `${printable(holder)} ${share(of)}`);
  return [
    `flow after ${(snapshot.atMs / 1000).toFixed(1)} s: ${share(1 - idle)} of the time at work${restText(snapshot)}`,
    table.toString(),
    ...(held.length === 0 ? [] : [`the valve was held by: ${held.join(', ')}`]),
  ].join('\n');
};
