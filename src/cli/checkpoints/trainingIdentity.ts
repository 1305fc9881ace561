import { createHash } from 'node:crypto';
import { type MonoTypeOperatorFunction, tap } from 'rxjs';
import type { SavedCheckpoint } from '../../checkpoints/latestCheckpoint.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { type Row, SIDES } from '../../contracts/rows/Row.js';
import type { TableRecord } from '../../contracts/training/TrainingRecord.js';
import { sha256Hex } from '../../contracts/runtime/sha256.js';
import { BACKEND_NAME } from '../../ops/definition/backendName.js';
import { backendVariant } from '../../ops/backends/registerBackend.js';
import { fusesProducts } from '../../ops/kernels/simd/machine/fusesProducts.js';
import { BACKEND_NAMES, type BackendName, type SelectedBackend } from '../../ops/backends/selectBackend.js';
import type { Split } from '../../operators/rows/prepare.js';
import { excerpt } from '../../contracts/messages/excerpt.js';
import { flagOf } from '../process/flagOf.js';
import type { TextSteps } from '../../text/TextSteps.js';
import { vectorFileParts } from '../../text/vectors/vectorFile.js';
import type { WordVectors } from '../../text/vectors/WordVectors.js';
import type { FoundVectors } from '../../vectors/findVectors.js';
import { sha256OfParts } from '../../vectors/saveVectors.js';
import type { LogPosition } from './eventLog.js';

/** The inputs that decide the result of a training. Equal inputs give equal bytes. */
export interface TrainingIdentity {
  /** The version of this package. */
  readonly version: string;
  readonly backend: string;
  /**
   * The arithmetic of the kernels: `relaxed`, `relaxed, not fused`, `simd`, `none`, or the name of a backend that has
   * one arithmetic.
   */
  readonly kernels: string;
  /** The options of the command that can change the result. */
  readonly options: Readonly<Record<string, unknown>>;
  /** The SHA-256 of the rows. */
  readonly data: string;
  /** The SHA-256 of the record of the table in the model: its layout and the names of its classes. */
  readonly table: string;
  /** The SHA-256 of the classes in their order. */
  readonly classes: string;
  /** The SHA-256 of the vocabulary. It also depends on the version of Unicode that Node knows. */
  readonly vocabulary: string;
  /** The SHA-256 of the number of rows of each class on each side. */
  readonly sides: string;
  /** The id of the model that the training started from; undefined if there is none. */
  readonly start?: string | undefined;
  /** The SHA-256 of the text steps. A file of stop words may have changed, whose path is one of the options. */
  readonly text: string;
  /** The SHA-256 of the word vectors, or `none`. Without `--vectors` they depend on what the machine has. */
  readonly vectors: string;
  /** Where the word vectors came from, which the record of the training contains. */
  readonly vectorsFrom?: string | undefined;
}

/** The further content of the command's checkpoints. */
export interface AboutTraining extends TrainingIdentity {
  /** The position in the event log at that time; null if there is no log. */
  readonly log: LogPosition | null;
}

/** A checkpoint file, without its state. */
type Described = Pick<SavedCheckpoint, 'path' | 'about'>;

/**
 * The arithmetic of a variant of the kernels. `wide` differs from `relaxed` in its layout, and gives the same bits. On
 * a processor without a fused multiply-add, both round twice, and give other bits.
 */
const arithmeticOf = (kernels: string, fuses: boolean): string => {
  const relaxed = kernels === 'wide' ? 'relaxed' : kernels;
  return relaxed === 'relaxed' && !fuses ? 'relaxed, not fused' : relaxed;
};

/** The name of the backend, and the arithmetic of its kernels. */
export const computedBy = ({ name }: SelectedBackend): Pick<TrainingIdentity, 'backend' | 'kernels'> => ({
  backend: name,
  kernels: name === BACKEND_NAME ? arithmeticOf(backendVariant().simd, fusesProducts()) : name,
});

const hashOfVectors = (vectors: WordVectors): string =>
  vectors.sha256 ?? vectorFileParts(vectors, sha256OfParts).sha256;

/** What a training reads besides its rows, and what it made of them before its first step. */
export type PreparedIdentity = Omit<TrainingIdentity, 'version' | 'backend' | 'kernels' | 'options' | 'data'>;

const sha256OfJson = (value: unknown): string => sha256Hex(Buffer.from(JSON.stringify(value)));

/** The inputs of a training when its first pass is done. */
export interface PreparedInputs {
  readonly text: TextSteps;
  readonly split: Pick<Split, 'tokenizer' | 'labelEncoder' | 'classCounts'>;
  /** How the table was read, as the model stores it; undefined if it has the usual form. */
  readonly table: TableRecord | undefined;
  readonly vectors: FoundVectors | undefined;
  /** The id of the model that the training starts from, if any. */
  readonly start: string | undefined;
}

/** Describes the inputs of a training when its first pass is done. */
export const preparedIdentity = ({
  text,
  split: { tokenizer, labelEncoder, classCounts },
  table,
  vectors,
  start,
}: PreparedInputs): PreparedIdentity => ({
  table: sha256OfJson(table ?? null),
  classes: sha256OfJson(labelEncoder.classes),
  vocabulary: sha256Hex(Buffer.from(tokenizer.stringify())),
  sides: sha256OfJson(SIDES.map((side) => [...classCounts[side]])),
  start,
  text: sha256OfJson(text),
  vectors: vectors === undefined ? 'none' : hashOfVectors(vectors.vectors),
  vectorsFrom: vectors?.source,
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

/** The fields of an identity that are texts. */
type Texts = Omit<TrainingIdentity, 'options'>;

/** The name of each of them in messages, in the order in which they are compared, and whether every training has it. */
const TEXTS: Readonly<Record<keyof Texts, { readonly field: string; readonly optional?: true }>> = {
  version: { field: 'the version of Headwater' },
  backend: { field: 'the backend (--backend)' },
  kernels: { field: 'the variant of the kernels' },
  data: { field: 'the SHA-256 of the data (--data)' },
  table: { field: 'the SHA-256 of how the table is read (--data, --class-names)' },
  start: { field: 'the id of the model of --warm-start', optional: true },
  text: { field: 'the SHA-256 of the text steps (--stop-words)' },
  classes: { field: 'the SHA-256 of the classes in their order (--class-names)' },
  vocabulary: { field: 'the SHA-256 of the vocabulary, which also depends on the version of Node,' },
  sides: { field: 'the SHA-256 of the numbers of rows on each side' },
  vectors: { field: 'the SHA-256 of the word vectors (--vectors)' },
  vectorsFrom: { field: 'the place of the word vectors (--vectors)', optional: true },
};

const isComplete = (texts: Readonly<Record<string, unknown>>): texts is Texts & Readonly<Record<string, unknown>> =>
  Object.entries(TEXTS).every(([key, { optional }]) => optional === true || texts[key] !== undefined);

/**
 * The description of the training in a checkpoint.
 *
 * @throws HeadwaterError `HW_ARTIFACT` if it was not written by this command
 */
export const aboutOf = ({ path, about }: Described): AboutTraining => {
  if (isObject(about)) {
    const { options, log } = about;
    const texts = Object.fromEntries(Object.entries(about).filter(([, value]) => typeof value === 'string'));
    if (isComplete(texts) && isObject(options) && (log === null || isPosition(log)))
      return { ...texts, kernels: arithmeticOf(texts.kernels, true), options, log };
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
  for (const [key, { field }] of Object.entries(TEXTS)) {
    const name = key as keyof Texts;
    if (name in present && present[name] !== then[name])
      refuse(field, then[name], present[name], 'Continue with the earlier value, or start again without --resume.');
  }
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
