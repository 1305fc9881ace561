import { checkArgument } from '../contracts/checkArgument.js';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { HeadwaterError } from '../contracts/HeadwaterError.js';
import type { StateDict } from '../contracts/models/StateDict.js';
import { GATES } from '../ops/recurrent/internal/checkRecurrent.js';
import { checkWeights } from './internal/checkWeights.js';
import type { Cell } from './ClassifierConfig.js';
import { ClassifierConfig, FORMAT_VERSION } from './ClassifierConfig.js';
import { weightShapes } from './internal/weightShapes.js';

const CELLS: readonly Cell[] = ['rnn', 'gru', 'lstm'];

const unknown = (why: string, where: string | undefined): E.Either<HeadwaterError, never> =>
  E.left(
    new HeadwaterError(
      'HW_ARTIFACT',
      `The weights${where === undefined ? '' : ` in ${where}`} are no classifier's: ` +
        `${why}. Give the state dict of a classifier, or a config.json beside it.`,
      where === undefined ? {} : { where },
    ),
  );

/** The two dimensions of a weight matrix. Undefined where the weight is missing or is not a matrix. */
const sides = (state: StateDict, name: string): readonly [number, number] | undefined => {
  const [rows, columns, ...more] = state.get(name)?.shape ?? [];
  return rows === undefined || columns === undefined || more.length > 0 ? undefined : [rows, columns];
};

/**
 * Infers a classifier's configuration from its weights alone, such as weights that PyTorch saved without a
 * `config.json`.
 *
 * The sizes come from the shapes. The cell follows from the number of blocks of hidden size: 1 (RNN), 3 (GRU) or 4
 * (LSTM). A name that ends in `_reverse` means a second direction. Weights do not show the other settings; these get
 * the defaults: dropout 0.1, padding token 0, recurrent layers not over the padding.
 *
 * @param state weights with PyTorch's names
 * @param where the path of the weights, for the error message
 * @returns left with `HW_ARTIFACT` where the weights are not those of a classifier
 * @throws HeadwaterError `HW_USAGE` when an argument is missing or has another type
 *
 * @example
 * ```ts
 * import { classifier, classifierConfig, inferConfig, registerBackend } from 'headwater';
 * registerBackend();
 * const model = classifier(classifierConfig({ cell: 'lstm', vocabularySize: 50, classes: 3, hiddenDim: 8 }), {
 *   seed: 1,
 * });
 * const config = inferConfig(model.stateDict());
 * if (config._tag === 'Right') config.right.cell; // 'lstm'
 * model.dispose();
 * ```
 */
export const inferConfig = (state: StateDict, where?: string): E.Either<HeadwaterError, ClassifierConfig> => {
  checkArgument('inferConfig', 'state', state, 'weights, such as stateDict() gives', ['get']);

  const embeddings = sides(state, 'embeddings.weight');
  const recurrent = sides(state, 'rnn.weight_hh_l0');
  const fc2 = sides(state, 'fc2.weight');
  const absent = [
    embeddings === undefined && 'embeddings.weight',
    recurrent === undefined && 'rnn.weight_hh_l0',
    fc2 === undefined && 'fc2.weight',
  ].filter((name) => name !== false);
  if (embeddings === undefined || recurrent === undefined || fc2 === undefined)
    return unknown(`there is no matrix named ${absent.join(' or ')}`, where);
  const [rows, hiddenDim] = recurrent;
  const cell = CELLS.find((candidate) => GATES[candidate] * hiddenDim === rows);
  if (cell === undefined)
    return unknown(
      `rnn.weight_hh_l0 has ${rows} rows for a hidden state of ${hiddenDim}, ` +
        'where an RNN has 1, a GRU 3 and an LSTM 4 times as many',
      where,
    );
  const [vocabularySize, embeddingDim] = embeddings;
  const [classes, fcDim] = fc2;
  const bidirectional = state.has('rnn.weight_ih_l0_reverse');
  return pipe(
    ClassifierConfig.decode({
      formatVersion: FORMAT_VERSION,
      cell,
      bidirectional,
      vocabularySize,
      embeddingDim,
      hiddenDim,
      fcDim,
      dropout: 0.1,
      classes,
      padIndex: 0,
      overPadding: false,
    }),
    E.fold(
      () => unknown(`a classifier of ${vocabularySize} tokens and ${classes} classes cannot be`, where),
      (config) =>
        pipe(
          checkWeights(weightShapes(config), state, where),
          E.map(() => config),
        ),
    ),
  );
};
