import { checkArgument } from '../contracts/checkArgument.js';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import type { Checkpoint } from '../contracts/training/Checkpoint.js';
import { HeadwaterError } from '../contracts/HeadwaterError.js';
import type { StateDict, Weight } from '../contracts/models/StateDict.js';
import { decodeSafetensors, encodeSafetensors, type Safetensors } from '../models/artifacts/safetensors.js';
import { wholeNumber } from '../models/internal/guarded.js';
import { artifactError, readArtifact } from '../text/artifacts/readArtifact.js';
import { parseExactly, stringifyExactly } from './internal/plainNumbers.js';

const WHAT = 'checkpoint';

/** The version of the format, which the file contains. */
const VERSION = '1';

/** The groups of tensors in a file, by the prefix of their names. */
const WEIGHTS = 'weights/';
const BEST = 'best/';
const OPTIMIZER = 'optimizer/';

const whole = wholeNumber(0);

const rowsCodec = t.strict({ train: whole, validation: whole, test: whole });

const best = t.strict({ epoch: whole, loss: t.number });
/** With the monitored score, if it is not the loss. */
const scored = t.union([t.strict({ ...best.type.props, score: t.number }), best]);

const stateCodec = t.strict({
  epoch: whole,
  learningRate: t.number,
  best: scored,
  patience: t.number,
  plateau: t.strict({ best: t.number, badEpochs: t.number, cooldown: t.number }),
  stop: t.union([t.undefined, t.literal('patience'), t.literal('epochs')]),
});

const sumsCodec = t.strict({ batches: whole, sum: t.number, weights: t.number });

const epochCodec = t.strict({
  type: t.literal('epoch'),
  model: t.string,
  epoch: whole,
  trainLoss: t.number,
  validationLoss: t.number,
  validationAccuracy: t.number,
  validationMacroF1: t.number,
  learningRate: t.number,
  improved: t.boolean,
  state: stateCodec,
});

const settings = t.type({
  epochs: whole,
  learningRate: t.number,
  keep: t.union([t.literal('best'), t.literal('last')]),
  averageOver: t.union([t.literal('rows'), t.literal('batches')]),
  scheduled: t.boolean,
  rows: rowsCodec,
});
/** With the monitored figure, if it is not the loss, and the maximum norm of the gradients, if it is limited. */
const settingsCodec = t.exact(
  t.intersection([
    settings,
    t.partial({ monitor: t.union([t.literal('macro-f1'), t.literal('accuracy')]), clipNorm: t.number }),
  ]),
);

/** All of a checkpoint except its tensors. */
const plainCodec = t.strict({
  model: t.string,
  settings: settingsCodec,
  epoch: whole,
  side: t.union([t.literal('train'), t.literal('validation'), t.literal('ended')]),
  batch: whole,
  order: whole,
  steps: whole,
  events: whole,
  state: stateCodec,
  train: sumsCodec,
  validation: sumsCodec,
  scores: t.strict({
    rows: whole,
    labels: t.array(t.number),
    predicted: t.array(t.number),
    hits: t.array(t.number),
  }),
  history: t.array(epochCodec),
  hasBest: t.boolean,
});

const under = (prefix: string, state: StateDict): [string, Weight][] =>
  Array.from(state, ([name, weight]) => [prefix + name, weight]);

const group = (prefix: string, tensors: StateDict): StateDict =>
  new Map(
    Array.from(tensors).flatMap(([name, weight]): [string, Weight][] =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), weight]] : [],
    ),
  );

/**
 * Encodes a checkpoint as a safetensors file: the tensors `weights/…`, `best/…` and `optimizer/…`, and everything else
 * as JSON in its metadata. Equal checkpoints give equal bytes.
 *
 * @param checkpoint the checkpoint from `fit`
 * @param about further content of the file, as plain data: the data, options and backend of the training
 * @throws HeadwaterError `HW_USAGE` when an argument is missing or has another type
 *
 * @example
 * ```ts
 * import { filter, firstValueFrom, from, of, switchMap } from 'rxjs';
 * import { batchSource, classifier, classifierConfig, fit, prepare } from 'headwater';
 * import { decodeCheckpoint, encodeCheckpoint } from 'headwater';
 *
 * const rows = Array.from({ length: 40 }, (_, id) =>
 *   id % 2 === 0
 *     ? { id, title: `The team wins match ${id}`, category: 'Sports' }
 *     : { id, title: `The minister visits town ${id}`, category: 'World' },
 * );
 * const { checkpoint } = await firstValueFrom(
 *   prepare(from(rows)).pipe(
 *     switchMap((split) => {
 *       const config = classifierConfig({ vocabularySize: split.tokenizer.size, classes: 2, hiddenDim: 4 });
 *       return of(batchSource(split)).pipe(fit(classifier(config, { seed: 1 }), { epochs: 1, checkpointEvery: 1 }));
 *     }),
 *     filter((event) => event.type === 'checkpoint'),
 *   ),
 * );
 * const bytes = encodeCheckpoint(checkpoint, { table: 'news.csv' });
 * const decoded = decodeCheckpoint(bytes);
 * if (decoded._tag === 'Right') console.log(decoded.right.about); // { table: 'news.csv' }
 * ```
 */
export const encodeCheckpoint = (checkpoint: Checkpoint, about: unknown = null): Uint8Array => {
  checkArgument('encodeCheckpoint', 'checkpoint', checkpoint, 'a checkpoint, such as fit() emits', ['weights']);

  const { weights, best, optimizer, ...plain } = checkpoint;
  return encodeSafetensors(
    new Map([...under(WEIGHTS, weights), ...under(BEST, best ?? new Map()), ...under(OPTIMIZER, optimizer)]),
    new Map([
      ['format', 'headwater-checkpoint'],
      ['version', VERSION],
      ['checkpoint', stringifyExactly({ ...plain, hasBest: best !== undefined })],
      ['about', stringifyExactly(about)],
    ]),
  );
};

/** A decoded checkpoint, with the further content of its file. */
export interface DecodedCheckpoint {
  readonly checkpoint: Checkpoint;
  readonly about: unknown;
}

const checkVersion = (
  { metadata }: Safetensors,
  where: string | undefined,
): E.Either<HeadwaterError, ReadonlyMap<string, string>> => {
  if (metadata.get('format') !== 'headwater-checkpoint')
    return E.left(artifactError(WHAT, 'it is a safetensors file of another kind', where));
  const version = metadata.get('version');
  return version === VERSION
    ? E.right(metadata)
    : E.left(
        new HeadwaterError(
          'HW_ARTIFACT_VERSION',
          `${where ?? 'This'} is a checkpoint of version ${String(version)}, and this version of ` +
            `Headwater reads ${VERSION}. Continue with the version that wrote it, or train from the start.`,
          where === undefined ? {} : { where },
        ),
      );
};

const parsed = (
  metadata: ReadonlyMap<string, string>,
  name: string,
  where: string | undefined,
): E.Either<HeadwaterError, unknown> =>
  E.tryCatch(
    () => parseExactly(metadata.get(name) ?? ''),
    (cause) => artifactError(WHAT, `its "${name}" is no JSON`, where, cause),
  );

/**
 * Decodes a checkpoint from the bytes of its file, and validates all of them.
 *
 * @param bytes the file
 * @param where its path, for the message
 * @returns left with `HW_ARTIFACT` if it is damaged, `HW_ARTIFACT_VERSION` if another version wrote it
 * @throws HeadwaterError `HW_USAGE` when an argument is missing or has another type
 *
 * @example
 * ```ts
 * import { decodeCheckpoint } from 'headwater';
 * const decoded = decodeCheckpoint(new Uint8Array(8), 'runs/news.checkpoint');
 * if (decoded._tag === 'Left') console.log(decoded.left.code); // HW_ARTIFACT: these bytes are no checkpoint
 * ```
 */
export const decodeCheckpoint = (bytes: Uint8Array, where?: string): E.Either<HeadwaterError, DecodedCheckpoint> => {
  checkArgument('decodeCheckpoint', 'bytes', bytes, 'bytes, as a Uint8Array', ['byteLength']);
  return pipe(
    E.Do,
    E.bind('file', () => decodeSafetensors(bytes, where)),
    E.bind('metadata', ({ file }) => checkVersion(file, where)),
    E.bind('value', ({ metadata }) => parsed(metadata, 'checkpoint', where)),
    E.bind('plain', ({ value }) => readArtifact(plainCodec, WHAT, value, where)),
    E.bind('about', ({ metadata }) => parsed(metadata, 'about', where)),
    E.map(({ file: { weights: tensors }, plain: { hasBest, ...plain }, about }) => ({
      checkpoint: {
        ...plain,
        state: { ...plain.state, stop: plain.state.stop },
        weights: group(WEIGHTS, tensors),
        best: hasBest ? group(BEST, tensors) : undefined,
        optimizer: group(OPTIMIZER, tensors),
      },
      about,
    })),
  );
};
