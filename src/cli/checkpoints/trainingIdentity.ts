import { createHash } from 'node:crypto';
import { type MonoTypeOperatorFunction, tap } from 'rxjs';
import type { SavedCheckpoint } from '../../checkpoints/latestCheckpoint.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { Row } from '../../contracts/rows/Row.js';
import { sha256Hex } from '../../contracts/runtime/sha256.js';
import { BACKEND_NAME } from '../../ops/definition/backendName.js';
import { backendVariant } from '../../ops/backends/registerBackend.js';
import { BACKEND_NAMES, type BackendName, type SelectedBackend } from '../../ops/backends/selectBackend.js';
import { excerpt } from '../../contracts/messages/excerpt.js';
import { flagOf } from '../process/flagOf.js';
import type { TextSteps } from '../../text/TextSteps.js';
import { vectorFileParts } from '../../text/vectors/vectorFile.js';
import type { WordVectors } from '../../text/vectors/WordVectors.js';
import { sha256OfParts } from '../../vectors/saveVectors.js';
import type { LogPosition } from './eventLog.js';

/** The inputs that decide the result of a training. Equal inputs give equal bytes. */
export interface TrainingIdentity {
  /** The version of this package. */
  readonly version: string;
  readonly backend: string;
  /** The arithmetic of the kernels: `relaxed`, `simd`, `none`, or the name of a backend that has one arithmetic. */
  readonly kernels: string;
  /** The options of the command, without those that do not affect the result. */
  readonly options: Readonly<Record<string, unknown>>;
  /** The SHA-256 of the rows. */
  readonly data: string;
  /** The id of the model that the training started from; undefined if there is none. */
  readonly start?: string | undefined;
  /** The SHA-256 of the text steps. A file of stop words may have changed, whose path is one of the options. */
  readonly text: string;
  /** The SHA-256 of the word vectors, or `none`. Without `--vectors` they depend on what the machine has. */
  readonly vectors: string;
}

/** The further content of the command's checkpoints. */
export interface AboutTraining extends TrainingIdentity {
  /** The position in the event log at that time; null if there is no log. */
  readonly log: LogPosition | null;
}

/** A checkpoint file, without its state. */
type Described = Pick<SavedCheckpoint, 'path' | 'about'>;

/** Options that do not affect the result. */
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

/** The options of a command that affect the result, as plain data. */
export const decidingOptions = (options: object): Readonly<Record<string, unknown>> =>
  JSON.parse(
    JSON.stringify(Object.fromEntries(Object.entries(options).filter(([name]) => !WITHOUT_EFFECT.has(name)))),
  ) as Record<string, unknown>;

/** The arithmetic of a variant of the kernels. `wide` differs from `relaxed` in its layout, and gives the same bits. */
const arithmeticOf = (kernels: string): string => (kernels === 'wide' ? 'relaxed' : kernels);

/** The name of the backend, and the arithmetic of its kernels. */
export const computedBy = ({ name }: SelectedBackend): Pick<TrainingIdentity, 'backend' | 'kernels'> => ({
  backend: name,
  kernels: name === BACKEND_NAME ? arithmeticOf(backendVariant().simd) : name,
});

/** What a training reads besides its rows. */
export type ReadBesides = Pick<TrainingIdentity, 'text' | 'vectors' | 'start'>;

/**
 * Describes what a training reads besides its rows.
 *
 * @param start the id of the model that the training starts from, if any
 */
export const readBesides = (text: TextSteps, vectors: WordVectors | undefined, start?: string): ReadBesides => ({
  start,
  text: sha256Hex(Buffer.from(JSON.stringify(text))),
  vectors: vectors === undefined ? 'none' : (vectors.sha256 ?? vectorFileParts(vectors, sha256OfParts).sha256),
});

/** The number of characters that are hashed together. One call for each row would take longer than the hash. */
const PORTION = 65_536;

/** The SHA-256 of rows, computed as they pass. */
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

const inWords = (value: unknown): string => (value === undefined ? 'not given' : excerpt(JSON.stringify(value)));

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

const isPosition = (value: unknown): value is LogPosition =>
  isObject(value) &&
  Number.isSafeInteger(value['bytes']) &&
  Number(value['bytes']) >= 0 &&
  typeof value['sha256'] === 'string';

/**
 * The description of the training in a checkpoint.
 *
 * @throws HeadwaterError `HW_ARTIFACT` if it was not written by this command
 */
export const aboutOf = ({ path, about }: Described): AboutTraining => {
  if (isObject(about)) {
    const { version, backend, kernels, options, data, text, vectors, start, log } = about;
    if (
      typeof version === 'string' &&
      typeof backend === 'string' &&
      typeof kernels === 'string' &&
      isObject(options) &&
      typeof data === 'string' &&
      typeof text === 'string' &&
      typeof vectors === 'string' &&
      (start === undefined || typeof start === 'string') &&
      (log === null || isPosition(log))
    )
      return { version, backend, kernels: arithmeticOf(kernels), options, data, text, vectors, start, log };
  }
  throw new HeadwaterError(
    'HW_ARTIFACT',
    `The checkpoint ${path} does not say what it was trained on. ` +
      'Only checkpoints of "headwater train" can be resumed by it.',
    { where: path },
  );
};

/**
 * Refuses to resume from a checkpoint of another training.
 *
 * @param present the known part of this training's identity
 * @throws HeadwaterError `HW_USAGE` with the name of the first difference
 */
export const checkIdentity = (saved: Described, present: Partial<TrainingIdentity>): void => {
  const then = aboutOf(saved);
  const refuse = (field: string, was: unknown, is: unknown, advice: string): never => {
    throw new HeadwaterError(
      'HW_USAGE',
      `The training cannot continue from ${saved.path}: ${field} was ` +
        `${inWords(was)}, and is now ${inWords(is)}. ${advice}`,
      { where: saved.path },
    );
  };
  if (present.options !== undefined) {
    const names = new Set([...Object.keys(then.options), ...Object.keys(present.options)]);
    for (const name of names) {
      const [was, is] = [then.options[name], present.options[name]];
      if (JSON.stringify(was) !== JSON.stringify(is))
        refuse(flagOf(name), was, is, 'Give the same options, or start again without --resume.');
    }
  }
  for (const [key, field] of [
    ['version', 'the version of Headwater'],
    ['backend', 'the backend (--backend)'],
    ['kernels', 'the variant of the kernels'],
    ['data', 'the SHA-256 of the data (--data)'],
    ['start', 'the id of the model of --warm-start'],
    ['text', 'the SHA-256 of the text steps (--stop-words)'],
    ['vectors', 'the SHA-256 of the word vectors (--vectors)'],
  ] as const)
    if (present[key] !== undefined && present[key] !== then[key])
      refuse(field, then[key], present[key], 'Continue with the earlier value, or start again without --resume.');
};

/** The options of a resumed training. Choices that the command made automatically are repeated. */
export const asBefore = <Options extends { readonly backend: BackendName }>(
  options: Options,
  found: SavedCheckpoint | undefined,
): Options => {
  if (found === undefined || options.backend !== 'auto') return options;
  const { backend } = aboutOf(found);
  const name = BACKEND_NAMES.find((known) => known === backend);
  return name === undefined ? options : { ...options, backend: name };
};
