import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { raiseEngineFlags } from '../../../src/ops/kernels/simd/machine/engineFlags.js';
import { fusesProducts } from '../../../src/ops/kernels/simd/machine/fusesProducts.js';
import { start, workFolder } from '../headwater.js';
import {
  argumentsFor,
  checkpointsIn,
  inShell,
  killAtRandom,
  leftBy,
  plainTraining,
  TABLE,
  TRAININGS,
} from '../killedTraining.js';

const cwd = workFolder();
const { lesson } = TRAININGS;
let whole: ReadonlyMap<string, string>;

beforeAll(async () => {
  whole = await plainTraining(cwd, 'whole', lesson);
}, 120_000);

/** A training that is killed as soon as it has two checkpoints. */
const killedWithTwo = async (out: string, more: readonly string[] = []): Promise<readonly string[]> => {
  const { child, ended } = start(argumentsFor(out, [...lesson, '--checkpoint-every', '2', ...more]), { cwd });
  await vi.waitFor(() => expect(checkpointsIn(cwd, out).length).toBeGreaterThan(1), { timeout: 60_000, interval: 5 });
  child.kill('SIGKILL');
  await ended;
  return checkpointsIn(cwd, out).toSorted();
};
const resume = (out: string, more: readonly string[] = []) =>
  start(argumentsFor(out, lesson, ['--resume', ...more]), { cwd }).ended;

describe('a training that is killed and resumed', () => {
  it.each([1, 2])(
    'ends with the same artifacts and events, killed at random (seed %i)',
    async (seed) => {
      const { left } = await killAtRandom(cwd, `random-${seed}`, lesson, { seed, kills: 3, longestMs: 2500 });
      expect(left).toEqual(whole);
    },
    240_000,
  );

  it('does so with several models one after another', async () => {
    const expected = await plainTraining(cwd, 'several', TRAININGS['wide-gru']);
    const { left } = await killAtRandom(cwd, 'several-killed', TRAININGS['wide-gru'], {
      seed: 3,
      kills: 2,
      longestMs: 4000,
    });
    expect(left).toEqual(expected);
  }, 240_000);

  it('refuses a torn and an edited checkpoint by name, and goes on from the one before', async () => {
    const names = await killedWithTwo('torn');
    const path = join('torn', 'checkpoints', names.at(-1)!);
    const bytes = readFileSync(join(cwd, path));
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(join(cwd, path), bytes);
    const { status, stderr } = await resume('torn');
    expect([status, stderr]).toEqual([0, expect.stringContaining(`${path} is torn or was edited`)]);
    expect(stderr).toContain(`going on from ${join('torn', 'checkpoints', names.at(-2)!)}`);
    expect(leftBy(cwd, 'torn')).toEqual(whole);
  }, 120_000);

  it('names what differs: an option, the data, the classes, the event log', async () => {
    const names = join(cwd, 'names.csv');
    const classes = ['Business', 'Sci/Tech', 'Sports', 'World'].map((name) => `${name},${name}\n`);
    writeFileSync(names, classes.join(''));
    const named = ['--class-names', 'names.csv'];
    const bearer = (token: string): string[] => ['--header', `https://tables.example Authorization: Bearer ${token}`];
    const files = await killedWithTwo('other', [...named, ...bearer('s3cret')]);
    for (const file of files)
      expect(readFileSync(join(cwd, 'other', 'checkpoints', file), 'latin1')).not.toContain('s3cret');
    // A renewed token and what only shows the training do not matter.
    const again = (...more: readonly string[]) =>
      resume('other', [...named, ...bearer('renewed'), '--retries', '2', '--flow-trace', 'flow.json', ...more]);
    expect(await again('--seed', '5')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--seed was 1234, and is now 5') as string,
    });
    expect(await again('--clip-norm', '1')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--clip-norm was not given, and is now 1') as string,
    });
    raiseEngineFlags();
    // The same kernels on a processor that rounds twice, for which Node has an option on this one.
    if (process.arch === 'x64' && fusesProducts())
      expect(
        await inShell(
          cwd,
          'exec "$1" --no-enable-fma3 "${@:2}"',
          argumentsFor('other', lesson, [...named, '--resume']),
        ),
      ).toMatchObject({
        status: 2,
        stderr: expect.stringContaining(
          'the variant of the kernels was "relaxed", and is now "relaxed, not fused"',
        ) as string,
      });
    // The same rows with the classes in another order: another model.
    writeFileSync(names, classes.toReversed().join(''));
    expect(await again()).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/of how the table is read \(--data, --class-names\) was/) as string,
    });
    writeFileSync(names, classes.join(''));
    writeFileSync(join(cwd, 'table.csv'), TABLE.replace(/(\n[^,]*)e/, '$1a'));
    try {
      expect(await again()).toMatchObject({
        status: 2,
        stderr: expect.stringContaining('the SHA-256 of the data (--data) was') as string,
      });
    } finally {
      writeFileSync(join(cwd, 'table.csv'), TABLE);
    }
    truncateSync(join(cwd, 'other.jsonl'), 20);
    expect(await again()).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('the event log other.jsonl (--events) does not begin') as string,
    });
  }, 120_000);

  it('begins anew where there is no checkpoint, and says so', async () => {
    const { status, stderr } = await resume('none');
    expect([status, stderr]).toEqual([0, expect.stringContaining('the training starts from the beginning')]);
    expect(leftBy(cwd, 'none')).toEqual(whole);
  }, 120_000);
});

describe('an output that cannot be written', () => {
  it('at the end of a training: --resume saves the model when the cause is removed', async () => {
    const run = start(argumentsFor('unsaved', lesson), { cwd });
    await run.until('stderr', /epoch 1\b/);
    const inTheWay = join(cwd, 'unsaved', 'generations');
    writeFileSync(inTheWay, '');
    const { status, stderr } = await run.ended;
    expect([status, stderr]).toEqual([
      2,
      expect.stringMatching(
        /generations is not a folder.+ The last checkpoint is \S+ \(.+\): the same command with --resume/,
      ),
    ]);
    rmSync(inTheWay);
    expect(await resume('unsaved')).toMatchObject({ status: 0 });
    expect(leftBy(cwd, 'unsaved')).toEqual(whole);
  }, 120_000);

  it.skipIf(process.platform === 'win32')(
    'costs checkpoints where there is no room, is told, and ends no training',
    async () => {
      // Each file of the model has room; a checkpoint, three times as large as the weights, has none.
      const largest = Math.max(...Array.from(whole, ([name, text]) => (name === 'events' ? 0 : text.length * 0.75)));
      const room = Math.ceil((1.2 * largest) / 1024);
      const { status, stderr } = await inShell(cwd, `ulimit -f ${room}; exec "$@"`, [
        'train',
        '--data',
        'table.csv',
        '--out',
        'full',
        '--checkpoint-every',
        '7',
        ...lesson,
      ]);
      expect([status, stderr]).toEqual([0, expect.stringMatching(/A checkpoint could not be written to .+EFBIG/)]);
      expect(readFileSync(join(cwd, 'full', 'model.safetensors'), 'base64')).toBe(whole.get('model.safetensors'));
    },
    120_000,
  );

  it.skipIf(process.platform !== 'linux')(
    'of --json is told once, and the model is saved',
    async () => {
      const { status, stderr } = await inShell(cwd, 'exec "$@" >/dev/full', [
        'train',
        '--data',
        'table.csv',
        '--out',
        'json',
        '--json',
        ...lesson,
      ]);
      expect([status, stderr.match(/HW_WRITE/g)]).toEqual([1, ['HW_WRITE']]);
      expect(readFileSync(join(cwd, 'json', 'model.safetensors'), 'base64')).toBe(whole.get('model.safetensors'));
    },
    120_000,
  );
});
