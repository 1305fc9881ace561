import { basename, join, parse, resolve } from 'node:path';
import { catchError, type Observable, switchMap, throwError } from 'rxjs';
import { messageOf } from '../../../contracts/messageOf.js';
import type { Checkpoint } from '../../../contracts/training/Checkpoint.js';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import type { StateDict } from '../../../contracts/models/StateDict.js';
import { encodeArtifacts } from '../../../models/artifacts/encodeArtifacts.js';
import type { Split } from '../../../operators/rows/prepare.js';
import { writeFiles } from '../../../sinks/files/writeFiles.js';
import type { DivergedModel } from '../../../training/DivergedModel.js';
import { fromTask } from '../../process/fromTask.js';

const isFinite = (state: StateDict): boolean =>
  Array.from(state.values()).every(({ data }) => data.every((value) => Number.isFinite(value)));

/**
 * A model whose training failed, with its weights at that time; undefined on a device, where the failed step has
 * already changed them.
 */
export type LostModel = Omit<DivergedModel, 'weights'> & { readonly weights: StateDict | undefined };

/** The last weights of a model that are all finite, or why there are none. */
type GoodWeights = { readonly weights: StateDict } | { readonly none: string };

/** Those before the failed step, or those of the last checkpoint. */
const goodWeights = (model: LostModel, checkpoint: Checkpoint | undefined): GoodWeights => {
  if (model.weights !== undefined && isFinite(model.weights)) return { weights: model.weights };
  const own = checkpoint?.model === model.name ? checkpoint : undefined;
  if (own !== undefined && isFinite(own.weights)) return { weights: own.weights };
  const now =
    model.weights === undefined
      ? 'the failed step has already changed the weights on the device'
      : 'the weights of the model are no longer all finite';
  const before =
    own === undefined ? 'there is no checkpoint of it' : 'the weights of its last checkpoint are not all finite';
  return { none: `${now}, and ${before}` };
};

/** The folder beside that of the artifacts, also if their path ends with a separator or is `.`. */
export const lastGoodFolder = (out: string): string => {
  const { dir, base } = parse(/^\.{0,2}$/.test(basename(out)) ? resolve(out) : out);
  return join(dir, `${base}.last-good`);
};

/**
 * If a training ends with a loss that is not a finite number, saves the last good weights beside the artifacts, in
 * `<out>.last-good`. If there are none, the error says so.
 *
 * @param lost the model whose training failed
 * @param last the last checkpoint
 */
export const savingLastGood =
  (
    out: string,
    { text, tokenizer, labelEncoder }: Split,
    lost: () => LostModel | undefined,
    last: () => Checkpoint | undefined,
  ) =>
  <T>(source: Observable<T>): Observable<T> =>
    source.pipe(
      catchError((error: unknown) => {
        if (!(error instanceof HeadwaterError && error.code === 'HW_NUMERIC')) return throwError(() => error);
        const model = lost();
        if (model === undefined) return throwError(() => error);
        const saying = (what: string): HeadwaterError =>
          new HeadwaterError('HW_NUMERIC', `${error.message} ${what}`, { cause: error, where: error.where });
        const good = goodWeights(model, last());
        if ('none' in good) return throwError(() => saying(`No good weights were saved: ${good.none}.`));
        const { weights } = good;
        const { config, features, vectors } = model;
        const folder = lastGoodFolder(out);
        return fromTask(
          writeFiles(folder, encodeArtifacts({ config, weights, text, tokenizer, labelEncoder, features, vectors })),
        ).pipe(
          // The reason for the end of the training is reported first; a failed write is secondary.
          catchError((failure: unknown) =>
            throwError(() => saying('The last good weights could not be saved: ' + messageOf(failure))),
          ),
          switchMap(() => throwError(() => saying(`The last good weights are in ${folder}.`))),
        );
      }),
    );
