import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { Observable } from 'rxjs';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { hashFile } from '../files/hashFile.js';
import type { HostSystem } from '../host/HostSystem.js';
import { lock } from '../host/lock.js';
import { diskError, setupError } from '../host/setupError.js';
import type { Step, StepEvent, StepName } from '../host/Step.js';
import { buildBinding } from './buildBinding.js';
import { checkSystem, requireTools } from './checkSystem.js';
import { BINDING_INTEGRITY, BINDING_PACKAGE, BINDING_VERSION, fetchBinding } from './fetchBinding.js';
import { finishSetup } from './finishSetup.js';
import { ownWheel, withWheel } from './ownWheel.js';
import { askIndex, downloadWheel } from './pip.js';
import { checkVersion, DEFAULT_VERSION, folderName, type SetupKey } from './SetupKey.js';
import { packageFolder, readSetup, type ReadySetup, UNFINISHED } from './SetupManifest.js';
import { Staging } from './Staging.js';
import { tryBinding } from './tryBinding.js';
import { cudaRequirements, unpackCuda, unpackTensorflow } from './unpackTensorflow.js';

/** The options of a set-up. */
export interface ProvisionOptions {
  /** Set up for NVIDIA GPUs; default: for the processor. */
  readonly gpu?: boolean | undefined;
  /** The version of the wheel; default: the one that headwater is tested with. */
  readonly version?: string | undefined;
  /** The path of a local wheel; default: one is downloaded from the index. */
  readonly wheel?: string | undefined;
  /** The folder of all set-ups. */
  readonly root: string;
  /** The path of the program that tests a set-up. Its argument is the folder of the set-up. */
  readonly trial: string;
  /** The expected hash of the tarball of the binding's package; default: that of the published tarball. */
  readonly integrity?: string | undefined;
}

/** An event of a set-up. */
export type ProvisionEvent = StepEvent | { readonly type: 'ready'; readonly setup: ReadySetup; readonly made: boolean };

/** A wheel on the disk, and the hash that was verified. */
interface VerifiedWheel {
  readonly path: string;
  readonly sha256: string;
}

/**
 * Whether a complete set-up still computes: its files can be damaged while their sizes are unchanged. If it does not,
 * it is made again.
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
  machine: HostSystem,
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
  await checkSystem(machine, options, signal);
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
        // pip has verified the hash too. All later steps depend on it, so it is verified here again.
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

    // This step comes first: the others write into its folder.
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
      // The wheels were damaged after they were verified. The next attempt downloads them again.
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
    await finishSetup(staging, folder, keyOf(version), main.sha256, trial);
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
 * Makes a set-up of libtensorflow: takes its libraries and headers from a wheel of the Python package index and the
 * binding from the npm registry, builds the binding against the libraries, and tests it.
 *
 * A complete set-up is not made again. An interrupted one continues after its last finished step. A set-up appears
 * under its name only when it is complete. Nothing outside `root` is changed.
 *
 * ```
 * result:  s-s-p-p-p-s-p-s-r|   (s a step begins, p progress, r ready)
 * ```
 *
 * @param options the version, the kind and the folder of the set-up
 * @param machine the system that the set-up is for
 * @returns a cold Observable; unsubscribing ends the running commands. It fails with `HW_SETUP` if something is missing
 *   or broken, `HW_PATH` if the named wheel does not exist, and `HW_USAGE` if it has another version than the named one
 */
export const provisionTensorflow = (options: ProvisionOptions, machine: HostSystem): Observable<ProvisionEvent> =>
  new Observable((subscriber) => {
    const abort = new AbortController();
    subscriber.add(() => abort.abort());
    make(options, machine, abort.signal, (event) => subscriber.next(event)).then(
      () => subscriber.complete(),
      (error: unknown) => subscriber.error(diskError(error, options.root, 'name another folder with --dest')),
    );
  });
