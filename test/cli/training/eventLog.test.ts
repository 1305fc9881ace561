import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastValueFrom, Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { openEventLog } from '../../../src/cli/checkpoints/eventLog.js';
import type { TrainingEvent } from '../../../src/contracts/training/TrainingEvent.js';
import { valve } from '../../../src/streams/valve.js';

const event: TrainingEvent = { type: 'evaluated', model: 'gru', loss: 1 } as unknown as TrainingEvent;

describe('the event log of a training', () => {
  it.each([false, true])('tells once if it was removed (%s)', async (removed) => {
    const path = join(mkdtempSync(join(tmpdir(), 'headwater-')), 'events.jsonl');
    const said: string[] = [];
    const event$ = new Subject<TrainingEvent>();
    const log = await openEventLog(path, undefined, valve(), (line) => said.push(line));
    const ended = lastValueFrom(event$.pipe(log.sink), { defaultValue: undefined });
    event$.next(event);
    await log.synced();
    expect(readFileSync(path, 'utf8')).toBe(`${JSON.stringify(event)}\n`);
    if (removed) rmSync(path);
    event$.next(event);
    await log.synced();
    event$.complete();
    await ended;
    expect(said).toEqual(
      removed
        ? [`The event log ${path} was removed. The training continues without it, and cannot be resumed with it.`]
        : [],
    );
  });
});
