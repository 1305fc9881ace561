import { checkArgument } from '../../contracts/checkArgument.js';
import type { FlowSnapshot } from '../../contracts/flow/FlowSnapshot.js';

type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

const escaped = (value: string): string =>
  value
    .replaceAll('\\', String.raw`\\`)
    .replaceAll('"', String.raw`\"`)
    .replaceAll('\n', String.raw`\n`);

const family = (name: string, type: 'counter' | 'gauge', help: string, samples: readonly Sample[]): string =>
  samples.length === 0
    ? ''
    : [
        `# HELP ${name} ${help}`,
        `# TYPE ${name} ${type}`,
        ...samples.map(
          ([labels, value]) =>
            `${name}{${Object.entries(labels)
              .map(([key, text]) => `${key}="${escaped(text)}"`)
              .join(',')}} ${value}`,
        ),
        '',
      ].join('\n');

/**
 * Formats a flow snapshot in the text format of Prometheus.
 *
 * @returns metric families whose names begin with `headwater_flow_`, each ending with a newline; empty if there are no
 * stages
 * @throws HeadwaterError `HW_USAGE` when an argument is missing or has another type
 *
 * @example
 * ```ts
 * import { lastValueFrom, range, take } from 'rxjs';
 * import { flowMetrics, trace, watchFlow } from 'headwater';
 *
 * const snapshot = lastValueFrom(watchFlow({ every: 5 }).pipe(take(1)));
 * range(1, 1000).pipe(trace('numbers')).subscribe();
 * console.log(flowMetrics(await snapshot));
 * ```
 */
export const flowMetrics = (snapshot: FlowSnapshot): string => {
  checkArgument('flowMetrics', 'snapshot', snapshot, 'a snapshot of watchFlow()', ['stages', 'edges', 'valves']);
  const { stages, edges, valves, bottleneck } = snapshot;

  const each = (value: (stage: FlowSnapshot['stages'][number]) => number): readonly Sample[] =>
    stages.map((stage) => [{ stage: stage.name }, value(stage)]);
  const holdings = stages.flatMap(({ name, holdings: all }) => all.map((holding) => ({ stage: name, ...holding })));
  return [
    family(
      'headwater_flow_values_total',
      'counter',
      'Values that a stage has emitted.',
      each(({ values }) => values),
    ),
    family(
      'headwater_flow_rejected_total',
      'counter',
      'Rows that a stage has rejected.',
      each(({ rejected }) => rejected),
    ),
    family(
      'headwater_flow_errors_total',
      'counter',
      'Subscriptions of a stage that ended in an error.',
      each(({ errors }) => errors),
    ),
    family(
      'headwater_flow_working_ratio',
      'gauge',
      'Share of the last interval that a stage worked.',
      each(({ busy }) => busy),
    ),
    family(
      'headwater_flow_bottleneck',
      'gauge',
      '1 for the bottleneck of the last interval. 0 for the others, and for all while the pipeline waits for input.',
      each(({ name }) => (name === bottleneck ? 1 : 0)),
    ),
    family(
      'headwater_flow_latency_seconds',
      'gauge',
      'Mean time of a value in a stage, in the last interval.',
      each(({ latencyMs }) => latencyMs / 1000),
    ),
    family(
      'headwater_flow_held_values',
      'gauge',
      'Values that an operator holds.',
      holdings.map(({ stage, operator, held }) => [{ stage, operator }, held]),
    ),
    family(
      'headwater_flow_bound_values',
      'gauge',
      'The most values that an operator may hold, or from which on it asks its source to stop.',
      holdings.flatMap(({ stage, operator, bound, highWaterMark }): readonly Sample[] => {
        const most = highWaterMark ?? bound;
        return most === null ? [] : [[{ stage, operator }, most]];
      }),
    ),
    family(
      'headwater_flow_edge_values_total',
      'counter',
      'Values that have passed from one stage to the next.',
      edges.map(({ from, to, values }) => [{ from, to }, values]),
    ),
    family(
      'headwater_flow_valve_held_seconds_total',
      'counter',
      'Time that a valve was held, by holder.',
      valves.map(({ holder, heldMs }) => [{ holder }, heldMs / 1000]),
    ),
  ].join('');
};
