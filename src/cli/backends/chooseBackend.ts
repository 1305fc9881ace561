import { availableParallelism, cpus } from 'node:os';
import { basename } from 'node:path';
import { isLeft } from 'fp-ts/lib/Either.js';
import { Observable } from 'rxjs';
import { installedPackages } from '../../ops/tensorflow/installedPackages.js';
import { type SelectedBackend, selectBackend } from '../../ops/backends/selectBackend.js';
import { runCommand, type RunCommand } from '../../provision/host/runCommand.js';
import { setupsFolder } from '../../provision/tensorflow/SetupKey.js';
import { findSetups } from '../../provision/tensorflow/SetupManifest.js';
import { type Choice, recall, remember } from './BackendMemory.js';
import { selfTest, type Workload } from './selfTest.js';
import { VERSION } from '../process/version.js';
import { webgpuParts } from './webgpuParts.js';

/** A backend besides the embedded one that may be the fastest. */
interface Candidate {
  readonly name: Exclude<Choice['name'], 'headwater'>;
  /** Its installed parts. If they change, the choice is made again. */
  readonly parts: readonly string[];
}

/** The installed parts of libtensorflow. */
const tensorflowParts = (env: NodeJS.ProcessEnv): readonly string[] => [
  ...findSetups(setupsFolder(env)).flatMap((setup) => (setup.state === 'ready' ? [basename(setup.folder)] : [])),
  ...installedPackages().flatMap((found) => (found.state === 'ready' ? [found.folder] : [])),
];

/** The candidates that are worth testing. */
const candidatesFor = ({ deferred }: Workload, env: NodeJS.ProcessEnv): readonly Candidate[] =>
  [
    { name: 'tensorflow', parts: tensorflowParts(env) } as const,
    { name: 'webgpu', parts: deferred ? webgpuParts(env) : [] } as const,
  ].filter(({ parts }) => parts.length > 0);

/** The next power of two: workloads of similar size share a choice. */
const about = (size: number): number => 2 ** Math.ceil(Math.log2(size));

/** The key of a choice: the machine, the versions, and the approximate size. */
const keyOf = ({ config, batchSize, work, threads }: Workload, candidates: readonly Candidate[]): string =>
  [
    `${cpus()[0]?.model ?? 'unknown processor'}, ` +
      `${availableParallelism()} cores${threads === undefined ? '' : `, ${threads} threads`}`,
    `node ${process.version}, headwater ${VERSION}, ` +
      candidates.map(({ name, parts }) => `${name} of ${parts.join(' and ')}`).join(', '),
    `${work} ${config.bidirectional ? 'bidirectional ' : ''}${config.cell}, embedding ` +
      `${about(config.embeddingDim)}, hidden ${about(config.hiddenDim)}, batch ${about(batchSize)}`,
  ].join('; ');

const rate = (rowsPerSecond: number): string => `${Math.round(rowsPerSecond).toLocaleString('en-US')} rows/s`;

/** The result of testing all candidates. */
interface Tested {
  readonly choice: Choice;
  /**
   * Whether all candidates could be tested. A backend that does not load may be repaired at any time, so a choice
   * without it is not stored.
   */
  readonly lasts: boolean;
}

/** Tests the candidates and, if one of them passes, also the embedded backend. Returns the fastest. */
const choose = async (
  workload: Workload,
  candidates: readonly Candidate[],
  run: RunCommand,
  signal: AbortSignal,
): Promise<Tested> => {
  const passed: { readonly name: Choice['name']; readonly rowsPerSecond: number }[] = [];
  const refused: string[] = [];
  let lasts = true;
  const test = async (name: Choice['name']): Promise<void> => {
    const result = await selfTest({ ...workload, backend: name }, run, signal);
    if (result.passed) passed.push({ name, rowsPerSecond: result.rowsPerSecond });
    // A missing GPU is normal and not reported. A backend that is set up but does not load is reported.
    else if (!(name === 'webgpu' && result.fault === 'absent')) {
      refused.push(`${name} is refused: ${result.reason.replace(/\.$/, '')}`);
      lasts &&= result.fault === 'numbers';
    }
  };
  // One after another, because each test uses the whole processor.
  for (const { name } of candidates) await test(name);
  if (passed.length > 0) await test('headwater');
  const [best, ...others] = passed.sort((a, b) => b.rowsPerSecond - a.rowsPerSecond);
  const rates =
    best === undefined
      ? []
      : [
          'the fastest here at this size, ' +
            [rate(best.rowsPerSecond), ...others.map((other) => `${other.name} ${rate(other.rowsPerSecond)}`)].join(
              ', ',
            ),
        ];
  return {
    choice: {
      name: best?.name ?? 'headwater',
      why: [...rates, ...refused].join('; '),
      date: new Date().toISOString().slice(0, 10),
    },
    lasts,
  };
};

const load = async (
  { name, why, date }: Choice,
  remembered: boolean,
  { threads }: Workload,
): Promise<SelectedBackend | undefined> => {
  // A choice without a speed comparison means the default.
  const selected = await selectBackend(why === '' ? 'auto' : name, threads === undefined ? {} : { threads })();
  if (isLeft(selected)) return undefined;
  if (why === '') return selected.right;
  return {
    ...selected.right,
    reason:
      `${remembered ? `as found on ${date}: ` : ''}${why}; ` +
      selected.right.reason.replace(/^asked for by name[;:] /, ''),
  };
};

const decide = async (
  workload: Workload,
  env: NodeJS.ProcessEnv,
  run: RunCommand,
  signal: AbortSignal,
): Promise<SelectedBackend> => {
  const candidates = candidatesFor(workload, env);
  if (candidates.length > 0) {
    const key = keyOf(workload, candidates);
    const known = await recall(key, env);
    const again = known === undefined ? undefined : await load(known, true, workload);
    if (again !== undefined) return again;
    const { choice, lasts } = await choose(workload, candidates, run, signal);
    if (lasts) await remember(key, choice, env);
    const loaded = await load(choice, false, workload);
    if (loaded !== undefined) return loaded;
  }
  const embedded = await selectBackend('auto', workload.threads === undefined ? {} : { threads: workload.threads })();
  if (isLeft(embedded)) throw embedded.left;
  return embedded.right;
};

/**
 * Chooses the fastest backend for a workload on this machine, and stores the choice.
 *
 * If only the embedded backend is available, it is chosen without a test. Otherwise each backend is tested for about a
 * second, once for each machine, version and size. A backend whose results differ from the reference is refused; the
 * reason names it.
 */
export const chooseBackend = (
  workload: Workload,
  env: NodeJS.ProcessEnv,
  run: RunCommand = runCommand,
): Observable<SelectedBackend> =>
  new Observable((subscriber) => {
    const abort = new AbortController();
    subscriber.add(() => abort.abort());
    decide(workload, env, run, abort.signal).then(
      (selected) => {
        subscriber.next(selected);
        subscriber.complete();
      },
      (error: unknown) => subscriber.error(error),
    );
  });
