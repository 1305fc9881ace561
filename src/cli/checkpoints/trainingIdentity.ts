import { createHash } from 'node:crypto';
import { type MonoTypeOperatorFunction, tap } from 'rxjs';
import type { SavedCheckpoint } from '../../checkpoints/latestCheckpoint.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { Row } from '../../contracts/rows/Row.js';
import { BACKEND_NAME } from '../../ops/definition/backendName.js';
import { backendVariant } from '../../ops/backends/registerBackend.js';
import { BACKEND_NAMES, type BackendName, type SelectedBackend } from '../../ops/backends/selectBackend.js';
import { excerpt } from '../../contracts/messages/excerpt.js';
import type { LogPosition } from './eventLog.js';

/** What decides the result of a training: two with the same of these give the same bytes. */
export interface TrainingIdentity {
  /** The version of this package. */
  readonly version: string;
  readonly backend: string;
  /** The variant of the kernels. */
  readonly kernels: string;
  /** The options of the command, without those that change no result. */
  readonly options: Readonly<Record<string, unknown>>;
  /** The SHA-256 of the rows. */
  readonly data: string;
}

/** What a checkpoint of the command says beside the training itself. */
export interface AboutTraining extends TrainingIdentity {
  /** The event log until then; null where there is none. */
  readonly log: LogPosition | null;
}

/** Options that change nothing of what comes out. */
const WITHOUT_EFFECT: ReadonlySet<string> = new Set([
  'data',
  'out',
  'validationData',
  'testData',
  'backend',
  'threads',
  'json',
  'tensorboard',
  'ui',
  'uiPort',
  'open',
  'rejections',
  'maxRejections',
  'checkpointEvery',
  'resume',
  'events',
  'offline',
]);

/** The options of a command that decide what comes out, as plain data. */
export const decidingOptions = (options: object): Readonly<Record<string, unknown>> =>
  JSON.parse(
    JSON.stringify(Object.fromEntries(Object.entries(options).filter(([name]) => !WITHOUT_EFFECT.has(name)))),
  ) as Record<string, unknown>;

/** What computes, by name and variant. */
export const computedBy = ({ name }: SelectedBackend): Pick<TrainingIdentity, 'backend' | 'kernels'> => ({
  backend: name,
  kernels: name === BACKEND_NAME ? backendVariant().simd : name,
});

/** Text that is hashed together, in characters: one call for each row would take longer than the hash. */
const PORTION = 65_536;

/** The SHA-256 of rows as they pass. */
export const rowHash = (): {
  readonly hashing: MonoTypeOperatorFunction<Row>;
  readonly digest: () => string;
} => {
  const hash = createHash('sha256');
  let waiting = '';
  return {
    hashing: tap(({ id, title, category, side = '' }) => {
      waiting += `${id}\0${title}\0${category}\0${side}\n`;
      if (waiting.length < PORTION) return;
      hash.update(waiting);
      waiting = '';
    }),
    digest: () => hash.copy().update(waiting).digest('hex'),
  };
};

/** The option of the command line that a name stands for. */
const flagOf = (name: string): string => `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

const inWords = (value: unknown): string => (value === undefined ? 'not given' : excerpt(JSON.stringify(value)));

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

const isPosition = (value: unknown): value is LogPosition =>
  isObject(value) &&
  Number.isSafeInteger(value['bytes']) &&
  Number(value['bytes']) >= 0 &&
  typeof value['sha256'] === 'string';

/**
 * What a checkpoint says of its training.
 *
 * @throws HeadwaterError `HW_ARTIFACT` where it was not written by this command
 */
export const aboutOf = ({ path, about }: SavedCheckpoint): AboutTraining => {
  if (isObject(about)) {
    const { version, backend, kernels, options, data, log } = about;
    if (
      typeof version === 'string' &&
      typeof backend === 'string' &&
      typeof kernels === 'string' &&
      isObject(options) &&
      typeof data === 'string' &&
      (log === null || isPosition(log))
    )
      return { version, backend, kernels, options, data, log };
  }
  throw new HeadwaterError(
    'HW_ARTIFACT',
    `The checkpoint ${path} does not say what it was trained on. Only checkpoints of "headwater train" can be resumed by it.`,
    { where: path },
  );
};

/**
 * Refuses to go on from a checkpoint of another training.
 *
 * @param present what is known of this training so far
 * @throws HeadwaterError `HW_USAGE`, with the name of what differs
 */
export const checkIdentity = (saved: SavedCheckpoint, present: Partial<TrainingIdentity>): void => {
  const then = aboutOf(saved);
  const refuse = (field: string, was: unknown, is: unknown, advice: string): never => {
    throw new HeadwaterError(
      'HW_USAGE',
      `The training cannot go on from ${saved.path}: ${field} was ${inWords(was)}, and is now ${inWords(is)}. ${advice}`,
      { where: saved.path },
    );
  };
  if (present.options !== undefined) {
    const names = new Set([...Object.keys(then.options), ...Object.keys(present.options)]);
    for (const name of names) {
      const [was, is] = [then.options[name], present.options[name]];
      if (JSON.stringify(was) !== JSON.stringify(is))
        refuse(flagOf(name), was, is, 'Give the same options, or train anew without --resume.');
    }
  }
  for (const [key, field] of [
    ['version', 'the version of Headwater'],
    ['backend', 'the backend (--backend)'],
    ['kernels', 'the variant of the kernels'],
    ['data', 'the SHA-256 of the data (--data)'],
  ] as const)
    if (present[key] !== undefined && present[key] !== then[key])
      refuse(field, then[key], present[key], 'Go on with what it was, or train anew without --resume.');
};

/** The options of a training that goes on: what the command chose by itself then is chosen again. */
export const asBefore = <Options extends { readonly backend: BackendName }>(
  options: Options,
  found: SavedCheckpoint | undefined,
): Options => {
  if (found === undefined || options.backend !== 'auto') return options;
  const { backend } = aboutOf(found);
  const name = BACKEND_NAMES.find((known) => known === backend);
  return name === undefined ? options : { ...options, backend: name };
};
