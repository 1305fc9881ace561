import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs, { cp, mkdir, mkdtemp, open, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { isLeft } from 'fp-ts/lib/Either.js';
import { from, lastValueFrom } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Artifacts } from '../../src/models/artifacts/Artifacts.js';
import { decodeArtifacts } from '../../src/models/artifacts/decodeArtifacts.js';
import { encodeArtifacts } from '../../src/models/artifacts/encodeArtifacts.js';
import { loadArtifacts } from '../../src/models/artifacts/loadArtifacts.js';
import { classifierConfig } from '../../src/models/ClassifierConfig.js';
import { initialWeights } from '../../src/models/internal/initialWeights.js';
import { writeFiles } from '../../src/sinks/files/writeFiles.js';
import { LabelEncoder } from '../../src/text/LabelEncoder.js';
import { Tokenizer } from '../../src/text/Tokenizer.js';

type Files = ReadonlyMap<string, Uint8Array>;

/** The files of a model of its own words, classes, sizes and weights. */
const modelOf = async (words: readonly string[], seed: number): Promise<Files> => {
  const tokenizer = await lastValueFrom(from(words).pipe(Tokenizer.fit()));
  const labelEncoder = LabelEncoder.of(words);
  const config = classifierConfig({ vocabularySize: tokenizer.size, classes: labelEncoder.size, hiddenDim: 16 });
  return encodeArtifacts({ config, weights: initialWeights(config, seed), tokenizer, labelEncoder });
};

const models: readonly Files[] = await Promise.all([
  modelOf(['ferry', 'harbour'], 1),
  modelOf(['goal', 'match', 'final'], 2),
  modelOf(['vote', 'senate', 'law', 'court'], 3),
  modelOf(['probe', 'orbit', 'moon', 'comet', 'star'], 4),
  modelOf(['bank', 'loss', 'share', 'loan', 'rate', 'bond'], 5),
]);

const WRITER = `
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFiles } from ${JSON.stringify(resolve('src/sinks/files/writeFiles.ts'))};
const [dir, times, ...folders] = process.argv.slice(2);
const sets = folders.map((folder) => new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))])));
process.stdout.write('ready\\n');
for (let i = 0; i < Number(times); i++) {
  const written = await writeFiles(dir, sets[i % sets.length])();
  if (written._tag === 'Left') throw written.left;
}
process.stdout.write('calls ' + (globalThis.calls ?? 0) + '\\n');
`;

/** Counts what is asked of the file system, kills the process at the step asked for, and can refuse links. */
const FAULTS = `
import { syncBuiltinESMExports } from 'node:module';
import fs from 'node:fs/promises';
const step = Number(process.env.KILL_AT ?? Infinity);
globalThis.calls = 0;
const die = () => process.kill(process.pid, 'SIGKILL');
const counted = (target, name) => {
  const real = target[name];
  target[name] = async function (...args) {
    if ((globalThis.calls += 1) === step) {
      // A file that is cut in the middle.
      if (name === 'writeFile') await real.call(this, args[0].subarray(0, args[0].length >> 1));
      die();
      await new Promise(() => setTimeout(() => undefined, 60_000));
    }
    return real.apply(this, args);
  };
};
const probe = await fs.open(process.execPath);
const prototype = Object.getPrototypeOf(probe);
await probe.close();
if (process.env.NO_LINKS === '1') fs.symlink = async () => { throw Object.assign(new Error('EPERM: no links'), { code: 'EPERM' }); };
for (const name of ['mkdir', 'open', 'rename', 'symlink', 'rm', 'utimes']) counted(fs, name);
for (const name of ['writeFile', 'sync']) counted(prototype, name);
syncBuiltinESMExports();
`;

let scratch = '';
let count = 0;

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'headwater-generations-'));
  await build({
    stdin: { contents: WRITER, resolveDir: resolve('.'), loader: 'ts' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: join(scratch, 'writer.mjs'),
    logLevel: 'error',
  });
  await writeFile(join(scratch, 'faults.mjs'), FAULTS);
  for (const [i, files] of models.entries()) {
    await mkdir(join(scratch, `set-${i}`));
    for (const [name, bytes] of files) await writeFile(join(scratch, `set-${i}`, name), bytes);
  }
});

afterAll(() => rm(scratch, { recursive: true, force: true }));

const newFolder = (): string => join(scratch, `model-${(count += 1)}`);

/** Starts a process that writes the models named, one after another, so many times. */
const startWriter = (dir: string, times: number, sets: readonly number[], env: NodeJS.ProcessEnv = {}): ChildProcess =>
  spawn(
    process.execPath,
    [
      '--import',
      pathToFileURL(join(scratch, 'faults.mjs')).href,
      join(scratch, 'writer.mjs'),
      dir,
      String(times),
      ...sets.map((i) => join(scratch, `set-${i}`)),
    ],
    { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] },
  );

const ended = async (child: ChildProcess): Promise<NodeJS.Signals | null> => {
  const [, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return signal;
};

const load = async (dir: string): Promise<Artifacts> => {
  const loaded = await loadArtifacts(dir)();
  if (isLeft(loaded)) throw loaded.left;
  return loaded.right;
};

const same = (a: Files, b: Files): boolean =>
  a.size === b.size && [...a].every(([name, bytes]) => Buffer.compare(bytes, b.get(name) ?? Buffer.alloc(0)) === 0);

/** Which of the models was loaded: all of its files, to the byte, or -1. */
const which = (artifacts: Artifacts): number => {
  const files = encodeArtifacts(artifacts);
  return models.findIndex((model) => same(model, files));
};

const leftBehind = async (dir: string): Promise<readonly string[]> =>
  (await readdir(dir, { recursive: true })).filter((name) => name.endsWith('.tmp'));

const write = async (dir: string, files: Files | undefined): Promise<void> => {
  const written = await writeFiles(dir, files ?? new Map())();
  if (isLeft(written)) throw written.left;
};

describe.each([
  ['with links', {}],
  ['without links', { NO_LINKS: '1' }],
])('a model that is written %s', (_title, env) => {
  it('is the earlier one or the new one, whole, wherever its writer is killed', { timeout: 120_000 }, async () => {
    const counting = startWriter(newFolder(), 1, [0], env);
    let told = '';
    counting.stdout?.on('data', (chunk: Buffer) => (told += chunk.toString()));
    await ended(counting);
    const steps = Number(/calls (\d+)/.exec(told)?.[1]);
    expect(steps).toBeGreaterThan(25);
    // An earlier model, written the same way, which the new one replaces.
    const before = newFolder();
    expect(await ended(startWriter(before, 1, [0], env))).toBeNull();
    const found = new Set<number>();
    let littered = 0;
    // The second model takes a few steps more than the first: until a writer comes to its end.
    for (let step = 1; ; step++) {
      const dir = newFolder();
      await cp(before, dir, { recursive: true, verbatimSymlinks: true });
      const signal = await ended(startWriter(dir, 1, [1], { ...env, KILL_AT: String(step) }));
      const model = which(await load(dir));
      expect([0, 1], `killed at step ${step}`).toContain(model);
      found.add(model);
      littered += (await leftBehind(dir)).length;
      // The next run mends the links and clears what is left.
      expect(await ended(startWriter(dir, 1, [2], env))).toBeNull();
      expect(which(await load(dir))).toBe(2);
      expect(await leftBehind(dir)).toEqual([]);
      if (signal === null) break;
      expect(signal).toBe('SIGKILL');
      expect(step).toBeLessThan(4 * steps);
    }
    expect(found).toEqual(new Set([0, 1]));
    expect(littered).toBeGreaterThan(0);
  });

  it('is whole after a kill at any moment of many writes', { timeout: 60_000 }, async () => {
    const dir = newFolder();
    await write(dir, models[0]);
    for (let round = 0; round < 40; round++) {
      const writer = startWriter(dir, 100_000, [1, 2, 3, 4], env);
      const closed = ended(writer);
      if (writer.stdout) await once(writer.stdout, 'data');
      await new Promise((done) => setTimeout(done, (round * 7) % 41));
      writer.kill('SIGKILL');
      expect(await closed).toBe('SIGKILL');
      expect(which(await load(dir))).toBeGreaterThanOrEqual(0);
    }
    await write(dir, models[0]);
    expect(await leftBehind(dir)).toEqual([]);
    expect((await readdir(join(dir, 'generations'))).length).toBeLessThanOrEqual(3);
  });

  it('is read whole while others are written: no mixture, no failure', { timeout: 60_000 }, async () => {
    const dir = newFolder();
    await write(dir, models[0]);
    const writer = startWriter(dir, 100_000, [0, 1, 2, 3, 4], env);
    const closed = ended(writer);
    const seen = new Map<number, number>();
    try {
      if (writer.stdout) await once(writer.stdout, 'data');
      for (let i = 0; i < 400; i++) {
        const model = which(await load(dir));
        seen.set(model, (seen.get(model) ?? 0) + 1);
      }
    } finally {
      writer.kill('SIGKILL');
      await closed;
    }
    expect(seen.has(-1)).toBe(false);
    expect(seen.size).toBeGreaterThan(2);
  });
});

it('keeps two earlier generations', async () => {
  const dir = newFolder();
  for (const files of models) await write(dir, files);
  expect(await readdir(join(dir, 'generations'))).toHaveLength(3);
  expect(which(await load(dir))).toBe(models.length - 1);
});

it('is read from a copy without its symbolic links, if the copy has one generation', async () => {
  const dir = newFolder();
  await write(dir, models[0]);
  const copy = async (): Promise<string> => {
    const to = newFolder();
    await cp(dir, to, { recursive: true, filter: async (path) => !(await fs.lstat(path)).isSymbolicLink() });
    return to;
  };
  expect(which(await load(await copy()))).toBe(0);
  await write(dir, models[1]);
  const loaded = await loadArtifacts(await copy())();
  expect(isLeft(loaded) && loaded.left).toMatchObject({
    code: 'HW_ARTIFACT',
    message: expect.stringMatching(/has 2 models, and no link current .* give one model, such as/) as string,
  });
});

describe('on a file system that lacks something', () => {
  const errorOf = (code: string): Error => Object.assign(new Error(code), { code });
  /** Lets functions of `fs` fail until the test ends. */
  const failing = async (sync: string, isRefused: (from: string) => boolean = () => false): Promise<void> => {
    const probe = await open(process.execPath);
    const handles = Object.getPrototypeOf(probe) as { sync: () => Promise<void> };
    await probe.close();
    const real = { rename: fs.rename, sync: handles.sync };
    handles.sync = () => Promise.reject(errorOf(sync));
    fs.rename = (from, to) => (isRefused(String(from)) ? Promise.reject(errorOf('EXDEV')) : real.rename(from, to));
    syncBuiltinESMExports();
    onTestFinished(() => {
      handles.sync = real.sync;
      fs.rename = real.rename;
      syncBuiltinESMExports();
    });
  };

  it('is saved where nothing can be synced and no folder of an image renamed; not where the disk fails', async () => {
    const dir = newFolder();
    await failing('EINVAL', (path) => /generations\/[0-9a-f]+$/.test(path));
    for (const files of models) await write(dir, files);
    expect(await readdir(join(dir, 'generations'))).toHaveLength(3);
    expect(which(await load(dir))).toBe(models.length - 1);
    await failing('EIO');
    expect(isLeft(await writeFiles(newFolder(), models[0] ?? new Map())())).toBe(true);
  });

  it('is saved where an earlier generation belongs to another user, who alone may remove or touch it', async () => {
    const dir = newFolder();
    const real = { rm: fs.rm, utimes: fs.utimes };
    fs.rm = (path, options) =>
      String(path).includes('generations') ? Promise.reject(errorOf('EACCES')) : real.rm(path, options);
    fs.utimes = () => Promise.reject(errorOf('EPERM'));
    syncBuiltinESMExports();
    onTestFinished(() => {
      Object.assign(fs, real);
      syncBuiltinESMExports();
    });
    for (const [i, files] of [...models, ...models.slice(-1)].entries()) {
      await write(dir, files);
      expect(which(await load(dir))).toBe(Math.min(i, models.length - 1));
    }
  });
});

describe('a copied model', () => {
  const saved = async (): Promise<string> => {
    const dir = newFolder();
    await write(dir, models[0]);
    await write(dir, models[1]);
    return dir;
  };

  it('is read and replaced where its links became files with their targets', async () => {
    const dir = await saved();
    // Git without symbolic links, and some programs for zip archives, copy links so.
    for (const entry of await readdir(dir, { withFileTypes: true })) {
      if (!entry.isSymbolicLink()) continue;
      const path = join(dir, entry.name);
      const target = await readlink(path);
      await rm(path);
      await writeFile(path, target);
    }
    expect(which(await load(dir))).toBe(1);
    await write(dir, models[2]);
    expect(which(await load(dir))).toBe(2);
    expect(new Uint8Array(await readFile(join(dir, 'config.json')))).toEqual(models[2]?.get('config.json'));
  });

  it('is read and replaced where its links were followed', async () => {
    const dir = await saved();
    const copy = newFolder();
    await cp(dir, copy, { recursive: true, dereference: true });
    expect(which(await load(copy))).toBe(1);
    await write(copy, models[2]);
    expect(which(await load(copy))).toBe(2);
    expect(await readlink(join(copy, 'current'))).toMatch(/^generations/);
  });

  it('does not depend on the original where its links became absolute', async () => {
    const dir = await saved();
    const copy = newFolder();
    // Node makes the links absolute.
    await cp(dir, copy, { recursive: true });
    expect(await readlink(join(copy, 'current'))).toContain(dir);
    await rm(dir, { recursive: true });
    expect(which(await load(copy))).toBe(1);
    await write(copy, models[2]);
    expect(which(await load(copy))).toBe(2);
  });
});

it.each([
  ['config.json', (text: string) => text.replaceAll('\n', '\r\n'), /Only its line ends differ, .*\.gitattributes/],
  ['model.safetensors', () => 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n', /git lfs pull/],
  ['config.json', (text: string) => text.replace('{', '{ '), /as they were saved, or train the model again/],
] as const)('says how Git has changed %s', (name, change, advice) => {
  const files = new Map(models[0]);
  files.set(name, new TextEncoder().encode(change(new TextDecoder().decode(files.get(name)))));
  expect(decodeArtifacts(files)).toMatchObject({
    _tag: 'Left',
    left: { code: 'HW_ARTIFACT', message: expect.stringMatching(advice) as string },
  });
});

it('takes the place of loose files, and is refused by name where a file of it was changed', async () => {
  const dir = newFolder();
  await mkdir(dir);
  for (const [name, bytes] of models[0] ?? []) if (name !== 'manifest.json') await writeFile(join(dir, name), bytes);
  const loose = await load(dir);
  await write(dir, models[0]);
  expect((await load(dir)).modelId).toBe(loose.modelId);
  // Through the link, as an editor writes.
  await writeFile(join(dir, 'label_encoder.json'), '{"class_to_index": {"harbour": 0, "ferry": 1}}');
  const loaded = await loadArtifacts(dir)();
  expect(loaded).toMatchObject({
    _tag: 'Left',
    left: { code: 'HW_ARTIFACT', message: expect.stringMatching(/label_encoder\.json/) as string },
  });
  await write(dir, models[0]);
  expect(which(await load(dir))).toBe(0);
});
