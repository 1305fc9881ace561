import { existsSync, statSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { Observable } from 'rxjs';
import { HeadwaterError } from '../contracts/HeadwaterError.js';
import { buildBinding } from './buildBinding.js';
import { BINDING_INTEGRITY, BINDING_PACKAGE, BINDING_VERSION, fetchBinding } from './fetchBinding.js';
import { hashFile } from './hashFile.js';
import { lock } from './lock.js';
import type { Machine } from './Machine.js';
import { askIndex, downloadWheel } from './pip.js';
import { setupError } from './setupError.js';
import { DEFAULT_VERSION, folderName, NAPI_VERSION, type SetupKey } from './SetupKey.js';
import {
  bindingFile,
  FORMAT,
  MANIFEST,
  packageFolder,
  readSetup,
  type ReadySetup,
  type SetupManifest,
  UNFINISHED,
} from './SetupManifest.js';
import type { Step, StepEvent, StepName } from './Step.js';
import { findGpus, findTools, isOlder, type Tool, type ToolName } from './tools.js';
import { type Trial, tryBinding } from './tryBinding.js';
import { cudaRequirements, unpackCuda, unpackTensorflow } from './unpackTensorflow.js';
import { Wheel } from './Wheel.js';

/** What is to be set up, and where. */
export interface ProvisionOptions {
  /** Whether for NVIDIA GPUs; default: for the processor. */
  readonly gpu?: boolean | undefined;
  /** The version of the wheel; default: the one that headwater is tested with. */
  readonly version?: string | undefined;
  /** A wheel that is there already, instead of one from the index. */
  readonly wheel?: string | undefined;
  /** The folder of all set-ups. */
  readonly root: string;
  /** The program that tries a set-up, given its folder. */
  readonly trial: string;
  /** What the tarball of the binding's package must hash to; default: what was published. */
  readonly integrity?: string | undefined;
}

/** What happens while a set-up is made. */
export type ProvisionEvent = StepEvent | { readonly type: 'ready'; readonly setup: ReadySetup; readonly made: boolean };

/** The oldest GNU C library that the wheels are made for. */
const LEAST_GLIBC = '2.27';

/** What a set-up takes on the disk while it is made, in bytes: the wheel, what is unpacked of it, and room to build. */
const ROOM = { cpu: 1.5e9, gpu: 9e9 };

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;

const checkMachine = async (
  { platform, arch, glibc, run, free }: Machine,
  { gpu = false, root }: ProvisionOptions,
  signal: AbortSignal,
): Promise<void> => {
  if (platform !== 'linux' || !['x64', 'arm64'].includes(arch))
    throw setupError(
      `libtensorflow can be set up on Linux on x64 and arm64, and this is ${platform} on ${arch}.`,
      'Use --backend headwater.',
    );
  if (gpu && arch !== 'x64')
    throw setupError(`TensorFlow has GPU wheels for x64 alone, and this is ${arch}.`, 'Leave --gpu out.');
  if (glibc === undefined)
    throw setupError(
      `TensorFlow's wheels need the GNU C library ${LEAST_GLIBC} or later, and this system has another C library (musl, as Alpine has).`,
      'Use an image with glibc (node:22-slim, Debian, Ubuntu), or --backend headwater.',
    );
  if (isOlder(glibc, LEAST_GLIBC))
    throw setupError(
      `TensorFlow's wheels need the GNU C library ${LEAST_GLIBC} or later, and this system has ${glibc}.`,
      'Use a newer system, or --backend headwater.',
    );
  const room = await free(root);
  const needed = ROOM[gpu ? 'gpu' : 'cpu'];
  if (room < needed)
    throw setupError(
      `There are ${gigabytes(room)} free in ${root}, and the set-up needs ${gigabytes(needed)} while it is made.`,
      'Make room, or name another folder with --dest.',
    );
  if (gpu && (await findGpus(run, signal)).length === 0)
    throw setupError(
      'No NVIDIA driver answers (nvidia-smi).',
      'Install the driver for the GPU (Debian and Ubuntu: apt-get install nvidia-driver), or leave --gpu out.',
    );
};

/** Looks for all that is needed, and tells of everything that is missing at once. */
const requireTools = async (
  names: readonly ToolName[],
  { run }: Machine,
  signal: AbortSignal,
): Promise<ReadonlyMap<ToolName, string>> => {
  const found = await findTools(names, run, signal);
  const missing = found.flatMap((tool) => ('problem' in tool ? [`${tool.problem} ${tool.remedy}`] : []));
  if (missing.length > 0) throw new HeadwaterError('HW_SETUP', missing.join(' '));
  return new Map(found.filter((tool): tool is Tool => 'version' in tool).map(({ name, version }) => [name, version]));
};

/** A folder that a set-up is made in. Each step that is done is noted, so that the next attempt goes on behind it. */
class Staging {
  readonly folder: string;
  readonly scratch: string;
  readonly #notes: string;

  constructor(folder: string) {
    this.folder = folder;
    this.scratch = join(folder, 'scratch');
    this.#notes = join(folder, 'done');
  }

  async prepare(): Promise<void> {
    // What a step that broke off left in it is of no use.
    await rm(this.scratch, { recursive: true, force: true });
    await mkdir(this.scratch, { recursive: true });
    await mkdir(this.#notes, { recursive: true });
  }

  /** Does a step, unless it was done before from the same. */
  async once<T>(name: string, from: string, outputs: readonly string[], work: () => Promise<T>): Promise<T> {
    const note = join(this.#notes, `${name}.json`);
    const before = await readFile(note, 'utf8')
      .then((text) => JSON.parse(text) as { readonly from: string; readonly result: T })
      .catch(() => undefined);
    if (before?.from === from && outputs.every((output) => existsSync(join(this.folder, output)))) return before.result;
    for (const output of outputs) await rm(join(this.folder, output), { recursive: true, force: true });
    const result = await work();
    await writeFile(note, JSON.stringify({ from, result: result ?? null }));
    return result;
  }

  /**
   * Does what shows whether earlier steps left what they should: where it fails, these are not taken for done by the
   * next attempt. Power may have gone before what they wrote was on the disk.
   */
  async unlessItFails<T>(names: readonly string[], work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof HeadwaterError)
        for (const name of names) await rm(join(this.#notes, `${name}.json`), { force: true });
      throw error;
    }
  }

  /** Takes the folder away where no step of it was done: there is nothing to go on from. */
  async discardEmpty(): Promise<void> {
    const notes = await readdir(this.#notes).catch(() => undefined);
    if (notes?.length === 0) await rm(this.folder, { recursive: true, force: true });
  }

  /** Takes away what is not part of the set-up. */
  async tidy(): Promise<void> {
    for (const path of [this.scratch, this.#notes, join(this.folder, 'wheels')])
      await rm(path, { recursive: true, force: true });
  }
}

/** A wheel on the disk that is what it is to be. */
interface VerifiedWheel {
  readonly path: string;
  readonly sha256: string;
}

/** Opens a wheel for as long as the work on it lasts. */
const withWheel = async <T>(path: string, work: (wheel: Wheel) => Promise<T>): Promise<T> => {
  const wheel = await Wheel.open(path);
  try {
    return await work(wheel);
  } finally {
    wheel.close();
  }
};

/** A wheel that the user names. */
const ownWheel = async (path: string, gpu: boolean): Promise<{ readonly path: string; readonly version: string }> => {
  const full = resolve(path);
  if (!statSync(full, { throwIfNoEntry: false })?.isFile())
    throw new HeadwaterError('HW_PATH', `No such file: ${path}. Check the path given to --wheel.`, { where: path });
  const { name, version } = await withWheel(full, (wheel) => wheel.metadata());
  const wanted = gpu ? ['tensorflow'] : ['tensorflow-cpu', 'tensorflow'];
  if (!wanted.includes(name))
    throw setupError(
      `${path} is a wheel of ${name}.`,
      `Name one of ${wanted.join(' or ')}${gpu ? ', which computes on GPUs' : ''}.`,
    );
  return { path: full, version };
};

/**
 * A version as wheels are named by it. Nothing else: it becomes the name of a folder, and a requirement that pip reads.
 */
const VERSION = /^\d+\.\d+\.\d+((a|b|rc)\d+)?$/;

const checkVersion = (version: string): string => {
  if (VERSION.test(version)) return version;
  throw new HeadwaterError(
    'HW_USAGE',
    `${version} is no version of TensorFlow. Name one in full, such as ${DEFAULT_VERSION}.`,
  );
};

const PRODUCT_FILES = [
  'package/deps/lib/libtensorflow_cc.so.2',
  'package/deps/lib/libtensorflow_framework.so.2',
  'package/dist/nodejs_kernel_backend.js',
  'package/dist/register_all_kernels.js',
] as const;

/**
 * Whether a set-up that looks complete is: its files may be damaged without having lost a byte, and who is told to set
 * it up again is to be helped by it.
 */
const stillComputes = async (folder: string, trial: string, step: Step): Promise<boolean> => {
  try {
    await tryBinding(folder, trial, step);
    return true;
  } catch (error) {
    if (!(error instanceof HeadwaterError)) throw error;
    return false;
  }
};

const make = async (
  options: ProvisionOptions,
  machine: Machine,
  signal: AbortSignal,
  emit: (event: ProvisionEvent) => void,
): Promise<void> => {
  const { gpu = false } = options;
  const root = resolve(options.root);
  const begin = (step: StepName, detail: string): Step => {
    signal.throwIfAborted();
    emit({ type: 'step', step, detail });
    return { run: machine.run, signal, progress: (done, total) => emit({ type: 'progress', step, done, total }) };
  };

  const keyOf = (version: string): SetupKey => ({ version, gpu, platform: machine.platform, arch: machine.arch });
  const own = options.wheel === undefined ? undefined : await ownWheel(options.wheel, gpu);
  const version = own?.version ?? checkVersion(options.version ?? DEFAULT_VERSION);
  if (own !== undefined && options.version !== undefined && own.version !== options.version)
    throw new HeadwaterError(
      'HW_USAGE',
      `${own.path} is of version ${own.version}, and --version says ${options.version}. Leave one of them out.`,
    );

  const folder = join(root, folderName(keyOf(version)));
  const found = existsSync(folder) ? readSetup(folder) : undefined;
  if (
    found?.state === 'ready' &&
    (await stillComputes(folder, options.trial, begin('trying one product', 'with what is there')))
  ) {
    emit({ type: 'ready', setup: found, made: false });
    return;
  }

  begin('checking', `${gpu ? 'tensorflow' : 'tensorflow-cpu'} ${version}`);
  await checkMachine(machine, options, signal);
  const needsPip = own === undefined || gpu;
  const tools = await requireTools(
    ['python3', ...(needsPip ? (['pip'] as const) : []), 'compiler', 'make', 'npm', 'tar'],
    machine,
    signal,
  );
  const pip = tools.get('pip') ?? '0';

  const staging = new Staging(`${folder}${UNFINISHED}`);
  const unlock = await lock(staging.folder, signal);
  try {
    await staging.prepare();

    const fetch = (name: string, requirement: string): Promise<VerifiedWheel> =>
      staging.once(`wheel-${name}`, requirement, [`wheels/${name}`], async () => {
        const indexed = await askIndex(requirement, staging.scratch, begin('asking the index', requirement));
        const path = await downloadWheel(
          indexed,
          join(staging.folder, 'wheels', name),
          staging.scratch,
          pip,
          begin('downloading', indexed.requirement),
        );
        // pip has done so itself, but it is what all that follows rests on.
        const sha256 = await hashFile(path, 'sha256', 'hex', begin('verifying', indexed.requirement));
        if (sha256 !== indexed.sha256)
          throw setupError(
            `${indexed.requirement} was downloaded, but is not what the index promised.`,
            'Run the same command again.',
          );
        return { path, sha256 };
      });

    const name = gpu ? 'tensorflow' : 'tensorflow-cpu';
    const main: VerifiedWheel =
      own === undefined
        ? await fetch(name, `${name}==${version}`)
        : { path: own.path, sha256: await hashFile(own.path, 'sha256', 'hex', begin('verifying', own.path)) };
    const deps = join(packageFolder(staging.folder), 'deps');

    // First, since its folder holds what the others put into it.
    await staging.once('package', `${BINDING_PACKAGE}@${BINDING_VERSION}`, ['package'], () =>
      fetchBinding(
        staging.folder,
        staging.scratch,
        options.integrity ?? BINDING_INTEGRITY,
        begin('fetching the binding', `${BINDING_PACKAGE} ${BINDING_VERSION}`),
      ),
    );

    const needed = gpu ? await withWheel(main.path, cudaRequirements) : [];
    const cuda: VerifiedWheel[] = [];
    for (const requirement of needed)
      cuda.push(await fetch(/^[\w-]+/.exec(requirement)?.[0] ?? requirement, requirement));
    const wheels = [main, ...cuda].map(({ sha256 }) => sha256).join(' ');
    try {
      await staging.once('libraries', wheels, ['package/deps'], async () => {
        await withWheel(main.path, (wheel) =>
          unpackTensorflow(wheel, deps, machine.arch, begin('unpacking', 'libtensorflow')),
        );
        for (const { path } of cuda)
          await withWheel(path, (wheel) => unpackCuda(wheel, deps, begin('unpacking', basename(path))));
      });
    } catch (error) {
      // Damaged since they were verified: the next attempt is to download them again.
      if (error instanceof HeadwaterError) await rm(join(staging.folder, 'wheels'), { recursive: true, force: true });
      throw error;
    }

    const trial = await staging.unlessItFails(['libraries', 'binding'], async () => {
      await staging.once('binding', wheels, ['package/lib'], () =>
        buildBinding(staging.folder, begin('building the binding', 'node-gyp')),
      );
      return tryBinding(staging.folder, options.trial, begin('trying one product', 'in a process of its own'));
    });
    if (gpu && trial.device === 'cpu')
      throw setupError(
        'libtensorflow loads, but finds no GPU that it can use.',
        'See that nvidia-smi shows one, and that its driver is of version 525 or later; or leave --gpu out.',
      );
    await finish(staging, folder, keyOf(version), main, trial);
  } finally {
    try {
      await staging.discardEmpty();
    } finally {
      await unlock();
    }
  }
  const made = readSetup(folder);
  if (made.state === 'unusable') throw setupError(`The set-up in ${folder} was made, but ${made.reason}`, '');
  emit({ type: 'ready', setup: made, made: true });
};

/**
 * Writes the manifest, and moves the set-up to where it is looked for: from then on it is there, and before it was not.
 */
const finish = async (
  staging: Staging,
  folder: string,
  key: SetupKey,
  { sha256 }: VerifiedWheel,
  { device }: Trial,
): Promise<void> => {
  await staging.tidy();
  const files = [...PRODUCT_FILES, bindingFile('').replace(/^\//, '')];
  const sizes = await Promise.all(
    files.map(async (name) => [name, (await stat(join(staging.folder, name))).size] as const),
  );
  const manifest: SetupManifest = {
    format: FORMAT,
    ...key,
    napi: NAPI_VERSION,
    package: `${BINDING_PACKAGE}@${BINDING_VERSION}`,
    wheelSha256: sha256,
    device,
    files: Object.fromEntries(sizes),
  };
  await writeFile(join(staging.folder, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
  await rm(join(staging.folder, 'lock'), { force: true });
  // What is there under the name is not usable, or it would have been taken.
  await rm(folder, { recursive: true, force: true });
  await rename(staging.folder, folder);
};

/** An error of the file system, told as one of a set-up's. */
const told = (error: unknown, root: string): unknown => {
  if (!(error instanceof Error) || error instanceof HeadwaterError || !('code' in error)) return error;
  if (error.code === 'ENOSPC' || error.code === 'EDQUOT')
    return setupError(
      `There is no room left in ${root}.`,
      'Make room, or name another folder with --dest, then run the same command again.',
      error,
    );
  if (error.code === 'EACCES' || error.code === 'EPERM' || error.code === 'EROFS' || error.code === 'ENOTDIR')
    return setupError(`${root} cannot be written to (${error.message}).`, 'Name another folder with --dest.', error);
  return error;
};

/**
 * Makes a set-up of libtensorflow: takes its libraries and headers from a wheel of the Python package index, the
 * binding from the npm registry, builds that against those, and tries it.
 *
 * What is there already is not made again. One that broke off goes on behind the last step that was done. A set-up
 * appears under its name only when it is complete. Nothing outside `root` is changed.
 *
 * ```
 * result:  s-s-p-p-p-s-p-s-r|   (s a step begins, p progress, r ready)
 * ```
 *
 * @param options what, and where
 * @param machine what is asked of the machine
 * @returns cold; unsubscribing ends the commands under way. It fails with `HW_SETUP` where something is missing or
 *   broken, `HW_PATH` where the wheel named is not there, `HW_USAGE` where it is not of the version named
 */
export const provisionTensorflow = (options: ProvisionOptions, machine: Machine): Observable<ProvisionEvent> =>
  new Observable((subscriber) => {
    const abort = new AbortController();
    subscriber.add(() => abort.abort());
    make(options, machine, abort.signal, (event) => subscriber.next(event)).then(
      () => subscriber.complete(),
      (error: unknown) => subscriber.error(told(error, options.root)),
    );
  });
