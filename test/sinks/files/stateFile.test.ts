import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { left, right } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { EMPTY, ignoreElements, lastValueFrom, NEVER, of, startWith } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HeadwaterError } from '../../../src/contracts/HeadwaterError.js';
import { stateFile } from '../../../src/sinks/files/stateFile.js';

const Seen = t.type({ formatVersion: t.literal(1), ids: t.array(t.number) });

let dir = '';
let path = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'headwater-'));
  path = join(dir, 'state', 'seen.json');
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const put = async (bytes: string | Uint8Array): Promise<void> => {
  await mkdir(join(dir, 'state'));
  await writeFile(path, bytes);
};

describe('stateFile', () => {
  it('gives back what it kept, and makes the folder', async () => {
    const file = stateFile(path, Seen);
    expect(await file.read()).toEqual(right(undefined));
    await lastValueFrom(of(1).pipe(file.keep(() => ({ formatVersion: 1, ids: [3, 4] }))), { defaultValue: undefined });
    expect(await readFile(path, 'utf8')).toBe('{"formatVersion":1,"ids":[3,4]}');
    expect(await stateFile(path, Seen).read()).toEqual(right({ formatVersion: 1, ids: [3, 4] }));
    expect(await readdir(join(dir, 'state'))).toEqual(['seen.json']);
  });

  it('writes and reads by the codec, not as the state stands', async () => {
    const set = new t.Type<ReadonlySet<number>, readonly number[]>(
      'set',
      (value): value is ReadonlySet<number> => value instanceof Set,
      (value, context) => (t.array(t.number).is(value) ? t.success(new Set(value)) : t.failure(value, context)),
      (value) => [...value],
    );
    const file = stateFile(path, set);
    await lastValueFrom(of(1).pipe(file.keep(() => new Set([5, 6]))), { defaultValue: undefined });
    expect(await readFile(path, 'utf8')).toBe('[5,6]');
    expect(await file.read()).toEqual(right(new Set([5, 6])));
  });

  it('writes when it is left, and settled waits for that', async () => {
    const file = stateFile(path, Seen);
    NEVER.pipe(
      startWith(1),
      file.keep(() => ({ formatVersion: 1, ids: [7] })),
    )
      .subscribe()
      .unsubscribe();
    expect(await file.settled()).toEqual(right(undefined));
    expect(await file.read()).toEqual(right({ formatVersion: 1, ids: [7] }));
  });

  it('writes a while after a change while its source goes on', async () => {
    const file = stateFile(path, Seen, { delayMs: 1 });
    const subscription = NEVER.pipe(
      startWith(1),
      file.keep(() => ({ formatVersion: 1, ids: [8] })),
    ).subscribe();
    await expect.poll(() => file.read()).toEqual(right({ formatVersion: 1, ids: [8] }));
    subscription.unsubscribe();
  });

  it('touches nothing for a source without values', async () => {
    const file = stateFile(path, Seen);
    await lastValueFrom(EMPTY.pipe(file.keep(() => ({ formatVersion: 1, ids: [] }))), { defaultValue: undefined });
    expect(await readdir(dir)).toEqual([]);
  });

  it.each([
    ['no JSON', '{"formatVersion":1,"ids":[3', 'it is not JSON'],
    ['empty', '', 'it is not JSON'],
    ['no UTF-8', Uint8Array.of(0x22, 0xff, 0x22), 'it is not JSON'],
    ['of another version', '{"formatVersion":2,"ids":[]}', 'formatVersion should be 1'],
    ['of another shape', '{"formatVersion":1,"ids":[3,"4"]}', 'ids.1 should be number'],
    ['something else', '[]', 'should be'],
  ])('refuses a file that is %s, and leaves it as it is', async (_what, bytes, why) => {
    await put(bytes);
    const before = await readFile(path);
    expect(await stateFile(path, Seen).read()).toEqual(
      left(
        expect.objectContaining({
          code: 'HW_ARTIFACT',
          where: path,
          message: expect.stringMatching(
            new RegExp(`is damaged: .*${why}.*\\. Correct it, or move it away to start without it\\.$`),
          ) as unknown,
        }),
      ),
    );
    expect(await readFile(path)).toEqual(before);
  });

  it('begins anew where somebody is told of the damage, and keeps the damaged file', async () => {
    await put('damaged');
    await writeFile(`${path}.damaged`, 'an earlier one');
    const told: HeadwaterError[] = [];
    const file = stateFile(path, Seen, { damaged: { next: (damage) => told.push(damage) } });
    expect(await file.read()).toEqual(right(undefined));
    expect(told).toEqual([expect.objectContaining({ code: 'HW_ARTIFACT', where: path })]);
    expect(told[0]?.message).toContain(`It is now ${path}.damaged`);
    expect(await readFile(`${path}.damaged`, 'utf8')).toBe('damaged');
    expect(await file.read()).toEqual(right(undefined));
    expect(told).toHaveLength(1);
  });

  it('says HW_WRITE where the damaged file cannot be moved, and tells nobody of a new beginning', async () => {
    await put('damaged');
    await mkdir(`${path}.damaged`);
    const file = stateFile(path, Seen, { damaged: { next: () => expect.unreachable('nothing begins anew') } });
    expect(await file.read()).toEqual(left(expect.objectContaining({ code: 'HW_WRITE', where: path })));
    expect(await readFile(path, 'utf8')).toBe('damaged');
  });

  it('says HW_PATH where the path is a folder, reading and writing', async () => {
    await mkdir(path, { recursive: true });
    const file = stateFile(path, Seen);
    expect(await file.read()).toEqual(left(expect.objectContaining({ code: 'HW_PATH', where: path })));
    await expect(
      lastValueFrom(
        of(1).pipe(
          file.keep(() => ({ formatVersion: 1, ids: [] })),
          ignoreElements(),
        ),
      ),
    ).rejects.toMatchObject({ code: 'HW_PATH' });
    expect(await file.settled()).toEqual(left(expect.objectContaining({ code: 'HW_PATH' })));
  });
});
