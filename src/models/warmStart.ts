import { checkArgument } from '../contracts/checkArgument.js';
import { HeadwaterError } from '../contracts/HeadwaterError.js';
import type { StateDict, Weight } from '../contracts/models/StateDict.js';
import { entriesUnder, prefixed } from './internal/entriesUnder.js';

/** A model's weights, with the names of its tokens and classes. */
export interface WarmStartModel {
  /** Its weights: `model.stateDict()`, or those of artifacts. */
  readonly weights: StateDict;
  /** Its tokens by index. A `Tokenizer` is one. */
  readonly tokenizer: { readonly tokens: readonly string[] };
  /** Its classes by index. A `LabelEncoder` is one. */
  readonly labelEncoder: { readonly classes: readonly string[] };
}

/** The weights in which each row belongs to a class. */
const BY_CLASS: ReadonlySet<string> = new Set(['fc2.weight', 'fc2.bias', 'head.weight', 'head.bias', 'bias']);

/** Maps each new index to the old index of the same name; undefined for a new name. */
const placesOf = (names: readonly string[], before: readonly string[]): readonly (number | undefined)[] => {
  const known = new Map(before.map((name, index) => [name, index]));
  return names.map((name) => known.get(name));
};

const unfit = (name: string, old: Weight | undefined, fresh: Weight): HeadwaterError =>
  new HeadwaterError(
    'HW_USAGE',
    `warmStart: the weight "${name}" is of shape [${fresh.shape.join(', ')}] in the new model, ` +
      `but ${old === undefined ? 'missing' : `[${old.shape.join(', ')}]`} in the old one. Make the new ` +
      'model of the same architecture and sizes; its tokens and classes alone may be others.',
  );

/** The new weight. Each row that has an old counterpart is replaced by the old row. */
const byRow = (name: string, old: Weight, fresh: Weight, places: readonly (number | undefined)[]): Weight => {
  const width = fresh.shape.slice(1).reduce((product, side) => product * side, 1);
  if (old.shape.slice(1).join() !== fresh.shape.slice(1).join()) throw unfit(name, old, fresh);
  const data = fresh.data.slice();
  places.forEach((from, to) => {
    if (from !== undefined) data.set(old.data.subarray(from * width, (from + 1) * width), to * width);
  });
  return { shape: fresh.shape, data };
};

/** The embeddings of a table that holds only some tokens: the old rows under the new indices, over the fresh rows. */
const tableRows = (
  from: StateDict,
  to: StateDict,
  tokens: readonly (number | undefined)[],
): readonly (readonly [string, Weight])[] => {
  const [oldIds, freshIds] = [from.get('embeddings.rows')!.data, to.get('embeddings.rows')!.data];
  const [old, fresh] = [from.get('embeddings.values')!, to.get('embeddings.values')!];
  const width = fresh.shape[1] ?? 0;
  if (old.shape[1] !== width) throw unfit('embeddings.values', old, fresh);
  const slots = new Map(Array.from(oldIds, (id, slot) => [id, slot]));
  const rows = new Map(Array.from(freshIds, (id, slot) => [id, fresh.data.subarray(slot * width, (slot + 1) * width)]));
  tokens.forEach((before, token) => {
    const slot = before === undefined ? undefined : slots.get(before);
    if (slot !== undefined) rows.set(token, old.data.subarray(slot * width, (slot + 1) * width));
  });
  const data = new Float32Array(rows.size * width);
  [...rows.values()].forEach((row, slot) => data.set(row, slot * width));
  return [
    ['embeddings.rows', { shape: [rows.size], data: Float32Array.from(rows.keys()) }],
    ['embeddings.values', { shape: [rows.size, width], data }],
  ];
};

/**
 * The weights of touched features: the old rows, with columns moved to the new class indices, and zeros for new
 * classes.
 */
const wideValues = (from: StateDict, to: StateDict, classes: readonly (number | undefined)[]) => {
  const [rows, old] = [from.get('wide.rows'), from.get('wide.values')];
  if (rows === undefined || old === undefined) throw unfit('wide.values', old, to.get('wide.values')!);
  const before = old.shape[1] ?? 0;
  const data = new Float32Array(rows.data.length * classes.length);
  for (let row = 0; row < rows.data.length; row++)
    classes.forEach((place, c) => {
      if (place !== undefined) data[row * classes.length + c] = old.data[row * before + place]!;
    });
  return [
    ['wide.rows', { shape: rows.shape, data: rows.data.slice() }],
    ['wide.values', { shape: [rows.data.length, classes.length], data }],
  ] as const;
};

/** The names of the weights of a model that is part of another one begin with this: a sum, or a mean of networks. */
const PART = /^(?:(?:network|linear|members\.\d+)\.)*/;

const partOf = (name: string): string => PART.exec(name)?.[0] ?? '';

/** The weights of a model without parts, or of one part. */
const startedPart = (
  from: StateDict,
  to: StateDict,
  tokens: readonly (number | undefined)[],
  classes: readonly (number | undefined)[],
): StateDict =>
  new Map(
    Array.from(to).flatMap(([name, fresh]): readonly (readonly [string, Weight])[] => {
      const old = from.get(name);
      if (old === undefined) throw unfit(name, old, fresh);
      if (name === 'embeddings.values' || name === 'wide.rows') return [];
      if (name === 'embeddings.rows') return tableRows(from, to, tokens);
      if (name === 'wide.values') return wideValues(from, to, classes);
      if (name === 'embeddings.weight') return [[name, byRow(name, old, fresh, tokens)]];
      if (BY_CLASS.has(name)) return [[name, byRow(name, old, fresh, classes)]];
      if (old.shape.join() !== fresh.shape.join()) throw unfit(name, old, fresh);
      return [[name, { shape: fresh.shape, data: old.data.slice() }]];
    }),
  );

/**
 * Copies the weights of an older model into a new model whose tokens or classes differ, for example after more rows or
 * new classes were added.
 *
 * An embedding moves to the new index of its token, and the weights of a class move to the new index of the class. A
 * token or class that the older model does not have keeps the initial weights of the new model. All other weights are
 * copied.
 *
 * Each part of a sum, and each network of a mean of networks, starts with the weights of its counterpart.
 *
 * With the same tokens and classes, the new model makes the same predictions as the older one. The optimizer starts
 * with a new state. Hashed features have no names, so both models must have the same number of columns.
 *
 * Pure: it does not change the models.
 *
 * @param from the older model
 * @param to the new model with its initial weights; its architecture and sizes must be the same
 * @returns the weights to load into the new model
 * @throws HeadwaterError `HW_USAGE` when the architectures or sizes differ
 * @see resizeVocabulary, which adds tokens to one model
 *
 * @example
 * ```ts
 * import { classifier, classifierConfig, LabelEncoder, Tokenizer, warmStart } from 'headwater';
 * import { lastValueFrom, of } from 'rxjs';
 * const make = async (texts: string[], classes: string[]) => {
 *   const tokenizer = await lastValueFrom(of(...texts).pipe(Tokenizer.fit()));
 *   const labelEncoder = LabelEncoder.of(classes);
 *   const config = classifierConfig({ vocabularySize: tokenizer.size, classes: classes.length, hiddenDim: 8 });
 *   return { model: classifier(config, { seed: 1234 }), tokenizer, labelEncoder };
 * };
 * const older = await make(['ferry returns'], ['Sports', 'World']);
 * const newer = await make(['ferry returns', 'shares fall'], ['Business', 'Sports', 'World']);
 * const weightsOf = ({ model, ...rest }: typeof older) => ({ weights: model.stateDict(), ...rest });
 * newer.model.loadStateDict(warmStart(weightsOf(older), weightsOf(newer)));
 * ```
 */
export const warmStart = (from: WarmStartModel, to: WarmStartModel): StateDict => {
  checkArgument('warmStart', 'from', from, 'the old model: its tokenizer, labelEncoder and weights', ['tokenizer']);
  checkArgument('warmStart', 'to', to, 'the new model: its tokenizer, labelEncoder and weights', ['tokenizer']);

  const tokens = placesOf(to.tokenizer.tokens, from.tokenizer.tokens);
  const classes = placesOf(to.labelEncoder.classes, from.labelEncoder.classes);
  for (const name of from.weights.keys())
    if (!to.weights.has(name))
      throw new HeadwaterError(
        'HW_USAGE',
        `warmStart: the new model has no weight "${name}", which the old one has. Make it of the same architecture.`,
      );
  const parts = new Set(Array.from(to.weights.keys(), partOf));
  return new Map(
    [...parts].flatMap((part) =>
      prefixed(part, startedPart(entriesUnder(part, from.weights), entriesUnder(part, to.weights), tokens, classes)),
    ),
  );
};
