import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EventHistory } from '../../../src/server/events/EventHistory.js';
import { eventLog } from '../../../src/server/events/eventLog.js';
import { namedSources } from '../../../src/server/events/namedSources.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'headwater-events-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = (events = 100): EventHistory => {
  const log = eventLog(join(folder, 'state', 'events.log'));
  return new EventHistory({ events, bytes: 1e6, epoch: log.epoch, log });
};
const frames = (history: EventHistory): readonly string[] =>
  Array.from({ length: history.end - history.first }, (_, i) => String(history.frame(history.first + i)));

describe('namedSources', () => {
  it('are those whose events are kept, and were not removed', () => {
    const history = open();
    for (const [type, source] of [
      ['read', 'a'],
      ['read', 'b'],
      ['failed', 'c'],
      ['removed', 'a'],
      ['removed', 'c'],
      ['opened', 'c'],
    ])
      history.add('source', JSON.stringify({ type, source }));
    history.add('source', '{"damaged');
    history.add('prediction', '{"type":"read","source":"d"}');
    const { frames: kept } = eventLog(join(folder, 'state', 'events.log'));
    expect([...namedSources(kept)]).toEqual(['b', 'c']);
  });
});

describe('eventLog', () => {
  it('gives a history back as it was, and its numbers go on', () => {
    const before = open();
    before.add('prediction', '{"a":1}');
    before.add('source', '{"b":2}');
    const after = open();
    expect(frames(after)).toEqual(frames(before));
    after.add('prediction', '{"c":3}');
    const id = /^id: (\S+)/.exec(frames(before)[1] ?? '')?.[1];
    expect(after.resume(id)).toEqual({ next: 2, missed: 0 });
    expect(frames(open())).toHaveLength(3);
  });

  it('leaves out what was cut off in the middle, and what follows it is whole', () => {
    open().add('prediction', '{"a":1}');
    const path = join(folder, 'state', 'events.log');
    appendFileSync(path, readFileSync(path, 'utf8').replace('-0\n', '-1\n').slice(0, -5));
    const after = open();
    expect(after.end).toBe(1);
    after.add('prediction', '{"b":2}');
    expect(frames(open())).toEqual([...frames(after)]);
  });

  it('keeps as many events as the history, and no log for ever', () => {
    const history = open(3);
    const json = JSON.stringify('x'.repeat(100_000));
    for (let i = 0; i < 700; i++) history.add('prediction', json);
    expect(statSync(join(folder, 'state', 'events.log')).size).toBeLessThan(40e6);
    expect(frames(open(3))).toEqual(frames(history));
  });
});
