import { lastValueFrom, of, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { FlowSnapshot, FlowStage } from '../../../src/contracts/flow/FlowSnapshot.js';
import { flowMetrics } from '../../../src/sinks/flow/flowMetrics.js';
import { flowTable } from '../../../src/sinks/flow/flowTable.js';
import { flowTrace } from '../../../src/sinks/flow/flowTrace.js';
import { inOrder } from '../../../src/sinks/flow/internal/inOrder.js';

const stage = (name: string, more: Partial<FlowStage> = {}): FlowStage => ({
  name,
  subscriptions: 1,
  values: 100,
  rate: 1234.5,
  busy: 0.25,
  latencyMs: 0.5,
  holdings: [],
  rejected: 0,
  errors: 0,
  ...more,
});

const SNAPSHOT: FlowSnapshot = {
  type: 'flow',
  atMs: 2000,
  intervalMs: 1000,
  stages: [
    stage('train "it"', { busy: 0.7, latencyMs: 20_000 }),
    stage('mix', {
      busy: 0,
      holdings: [
        { operator: 'shuffle', held: 12, most: 20, bound: 20, highWaterMark: 20 },
        { operator: 'boundedQueue', held: 3, most: 9, bound: null, highWaterMark: 8 },
        { operator: 'hoard', held: 3, most: 9, bound: null, highWaterMark: null },
      ],
    }),
    stage('read\u001b[2J', { rejected: 3, errors: 1 }),
  ],
  edges: [
    { from: 'read\u001b[2J', to: 'mix', values: 100 },
    { from: 'mix', to: 'train "it"', values: 100 },
  ],
  valves: [{ holder: 'boundedQueue', share: 0.125, heldMs: 125 }],
  idle: 0.05,
  bottleneck: 'train "it"',
};

describe('flowTable', () => {
  it('shows the stages in the order of the data, the bottleneck, what is held and who holds the valve', () => {
    const text = flowTable(SNAPSHOT);
    const rows = text.split('\n').filter((line) => line.startsWith('│'));
    expect(rows.map((row) => row.split('│')[1]?.trim())).toEqual([
      'stage',
      String.raw`read\u001b[2J`,
      'mix',
      'train "it"',
    ]);
    expect(text).toContain('flow after 2.0 s: 95 % of the time at work');
    expect(text).toContain('shuffle 12 of 20, boundedQueue 3 of 8, hoard 3');
    expect(text).toContain('3 rejected, 1 error ');
    expect(text).toMatch(/train "it" .*1,235.*███████░░░ {2}70 %.*20 s.*bottleneck/);
    expect(text.split('\n').at(-1)).toBe('the valve was held by: boundedQueue 13 %');
    expect(text).not.toContain('\u001b');
  });

  it('draws with ASCII where that is all that can be shown, and colours where it may', () => {
    expect(flowTable(SNAPSHOT, { unicode: false })).toMatch(/^[\x20-\x7e\n]+$/);
    expect(flowTable(SNAPSHOT, { colors: true })).toContain('\u001b[31m');
  });

  it('says that the stages wait for a bottleneck that waits itself', () => {
    expect(flowTable({ ...SNAPSHOT, idle: 0.9 })).toContain(
      'at work, the rest waits for train "it", which waits for a disk, a network or another thread',
    );
  });

  it('says that it waits for input where there is no bottleneck', () => {
    expect(flowTable({ ...SNAPSHOT, idle: 0.9, bottleneck: undefined })).toContain(
      '10 % of the time at work, the rest waits for input',
    );
  });
});

describe('inOrder', () => {
  it('ends where stages feed one another in a circle', () => {
    const edges = [
      { from: 'a', to: 'b', values: 1 },
      { from: 'b', to: 'a', values: 1 },
      { from: 'a', to: 'a', values: 1 },
    ];
    expect(inOrder({ stages: [stage('a'), stage('b'), stage('c')], edges }).map(({ name }) => name)).toEqual([
      'c',
      'b',
      'a',
    ]);
  });
});

describe('flowMetrics', () => {
  it('is in the text format of Prometheus', () => {
    const text = flowMetrics(SNAPSHOT);
    expect(text).toContain('# TYPE headwater_flow_values_total counter\n');
    expect(text).toContain('headwater_flow_values_total{stage="mix"} 100\n');
    expect(text).toContain(String.raw`headwater_flow_working_ratio{stage="train \"it\""} 0.7`);
    expect(text).toContain('headwater_flow_bound_values{stage="mix",operator="boundedQueue"} 8\n');
    expect(text).not.toContain('operator="hoard"} null');
    expect(text).toContain('headwater_flow_valve_held_seconds_total{holder="boundedQueue"} 0.125\n');
    expect(flowMetrics({ ...SNAPSHOT, stages: [], edges: [], valves: [] })).toBe('');
  });

  it('names the bottleneck, and counts the values between stages', () => {
    const text = flowMetrics(SNAPSHOT);
    expect(text).toContain(String.raw`headwater_flow_bottleneck{stage="train \"it\""} 1`);
    expect(text).toContain('headwater_flow_bottleneck{stage="mix"} 0\n');
    expect(text).toContain(String.raw`headwater_flow_edge_values_total{from="mix",to="train \"it\""} 100`);
    expect(flowMetrics({ ...SNAPSHOT, bottleneck: undefined })).not.toMatch(/headwater_flow_bottleneck\{.*\} 1/);
  });
});

describe('flowTrace', () => {
  it('makes a JSON array of trace events, with a track for each stage', async () => {
    const texts = await lastValueFrom(of(SNAPSHOT, SNAPSHOT).pipe(flowTrace(), toArray()));
    const events = JSON.parse(texts.join('')) as readonly Record<string, unknown>[];
    const names = events
      .filter(({ name }) => name === 'thread_name')
      .map(({ args }) => (args as { name: string }).name);
    expect(names).toEqual(['read\u001b[2J', 'mix', 'train "it"', 'valve: boundedQueue']);
    expect(events.filter(({ ph, name }) => ph === 'X' && name === 'train "it"')).toMatchObject([
      { ts: 1_000_000, dur: 700_000, tid: 3 },
      { ts: 1_000_000, dur: 700_000, tid: 3 },
    ]);
    expect(events.some(({ ph, name }) => ph === 'X' && name === 'mix')).toBe(false);
    expect(events.find(({ name }) => name === 'mix: held by shuffle')).toMatchObject({ ph: 'C', args: { held: 12 } });
  });

  it('makes a list of a run without snapshots too', async () => {
    expect(JSON.parse((await lastValueFrom(of().pipe(flowTrace(), toArray()))).join(''))).toHaveLength(1);
  });
});
