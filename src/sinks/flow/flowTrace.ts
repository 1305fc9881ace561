import { concat, concatMap, from, map, of, type OperatorFunction, scan } from 'rxjs';
import type { FlowSnapshot } from '../../contracts/flow/FlowSnapshot.js';
import { inOrder } from './internal/inOrder.js';

/** The end of the list. A file without it can be opened too, but it is no JSON. */
export const TRACE_END = '\n]\n';

/** The process id in the file; there is only one process. */
const PROCESS = 1;

/** The trace events of a snapshot. Times are in microseconds, as the format requires. */
const eventsOf = (snapshot: FlowSnapshot, threads: Map<string, number>): readonly object[] => {
  const { atMs, intervalMs, valves } = snapshot;
  const begin = (atMs - intervalMs) * 1000;
  const events: object[] = [];
  const thread = (name: string): number => {
    const known = threads.get(name);
    if (known !== undefined) return known;
    const made = threads.size + 1;
    threads.set(name, made);
    events.push(
      { name: 'thread_name', ph: 'M', pid: PROCESS, tid: made, args: { name } },
      { name: 'thread_sort_index', ph: 'M', pid: PROCESS, tid: made, args: { sort_index: made } },
    );
    return made;
  };
  for (const { name, rate, busy, latencyMs, holdings, rejected, errors } of inOrder(snapshot)) {
    const tid = thread(name);
    if (busy > 0)
      events.push({
        name,
        cat: 'stage',
        ph: 'X',
        pid: PROCESS,
        tid,
        ts: begin,
        dur: busy * intervalMs * 1000,
        args: { rate, latencyMs, rejected, errors },
      });
    events.push({ name: `${name}: values/s`, ph: 'C', pid: PROCESS, ts: begin, args: { rate } });
    for (const { operator, held } of holdings)
      events.push({ name: `${name}: held by ${operator}`, ph: 'C', pid: PROCESS, ts: begin, args: { held } });
  }
  for (const { holder, share } of valves)
    if (share > 0)
      events.push({
        name: `held by ${holder}`,
        cat: 'valve',
        ph: 'X',
        pid: PROCESS,
        tid: thread(`valve: ${holder}`),
        ts: begin,
        dur: share * intervalMs * 1000,
      });
  return events;
};

/**
 * Converts flow snapshots to the text of a trace file, which Perfetto (ui.perfetto.dev) and Chrome's tracing can open.
 * It has a track for each stage with its work in each interval, counters of rates and held values, and tracks of the
 * valve holders.
 *
 * ```marbles
 * snapshots:  --s--s--|
 *             flowTrace()
 * result:     a-b--b--(c|)   a: the beginning of the list;  b: the events of a snapshot;  c: the end of the list
 * ```
 *
 * The format is the JSON array form of the Trace Event Format. A file without its end can be opened too. The work of an
 * interval is drawn as one slice that starts with the interval.
 *
 * Memory: the names of the stages.
 *
 * @example
 * ```ts
 * import { flowTrace, watchFlow } from 'headwater';
 * import { take } from 'rxjs';
 *
 * watchFlow({ every: 5 })
 *   .pipe(take(1), flowTrace())
 *   .subscribe((text) => process.stdout.write(text));
 * ```
 */
export const flowTrace = (): OperatorFunction<FlowSnapshot, string> => (snapshot$) => {
  const first = JSON.stringify({ name: 'process_name', ph: 'M', pid: PROCESS, args: { name: 'headwater' } });
  const event$ = snapshot$.pipe(
    scan(({ threads }, snapshot) => ({ threads, events: eventsOf(snapshot, threads) }), {
      threads: new Map<string, number>(),
      events: [] as readonly object[],
    }),
    map(({ events }) => events.map((event) => `,\n${JSON.stringify(event)}`).join('')),
    concatMap((text) => (text === '' ? from([]) : of(text))),
  );
  return concat(of(`[\n${first}`), event$, of(TRACE_END));
};
