import { execFileSync } from 'node:child_process';
import { createReadStream, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { lastValueFrom, of, Subject } from 'rxjs';
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
        ? [`The event log ${path} was removed. The training continues without it. To resume it, leave --events out.`]
        : [],
    );
    expect(log.position() === null).toBe(removed);
  });

  it.skipIf(process.platform !== 'linux')('has no position where it cannot be written', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'headwater-')), 'events.jsonl');
    symlinkSync('/dev/full', path);
    const said: string[] = [];
    const event$ = new Subject<TrainingEvent>();
    const log = await openEventLog(path, undefined, valve(), (line) => said.push(line));
    const ended = lastValueFrom(event$.pipe(log.sink), { defaultValue: undefined });
    event$.next(event);
    await ended;
    expect(said).toEqual([expect.stringMatching(/could not be written: .+ENOSPC.+ leave --events out\.$/)]);
    expect(log.position()).toBeNull();
  });

  it.skipIf(process.platform === 'win32')('is written to a pipe, also by a training that is resumed', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'headwater-')), 'pipe');
    execFileSync('mkfifo', [path]);
    for (const from of [undefined, { bytes: 3, sha256: 'of a file' }]) {
      const read = text(createReadStream(path));
      const log = await openEventLog(path, from, valve(), (line) => expect.fail(line));
      await lastValueFrom(of(event, event).pipe(log.sink), { defaultValue: undefined });
      expect(log.position()).toBeNull();
      expect(await read).toBe(`${JSON.stringify(event)}\n`.repeat(2));
    }
  });
});
