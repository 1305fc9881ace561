/// <reference lib="esnext.disposable" />
import { catchError, concatMap, EMPTY, lastValueFrom, of, Subject, tap, toArray } from 'rxjs';
import { checkOptions, checkTime, checkTypes, checkWhole, wrongValue } from '../contracts/checkOption.js';
import { HeadwaterError } from '../contracts/HeadwaterError.js';
import type { ClassProbability, LiveHeadline } from '../contracts/live/Live.js';
import { isRequestBound } from '../contracts/runtime/isRequestBound.js';
import { openArtifacts } from '../models/artifacts/openArtifacts.js';
import { restoreModel } from '../models/artifacts/restoreModel.js';
import { classifyTexts } from '../operators/live/internal/classifyTexts.js';
import { microBatch } from '../operators/live/microBatch.js';
import { rowEncoder } from '../text/rowEncoder.js';

/** The classification of a text. */
export interface Classification {
  /** The most probable class; the first one of equally probable classes. */
  readonly category: string;
  /** The probability of that class, between 0 and 1. */
  readonly probability: number;
  /** All classes, the most probable one first. */
  readonly distribution: readonly ClassProbability[];
  /**
   * The number of the text's tokens that the model knows. Where it is 0, the probabilities do not depend on the text.
   */
  readonly known: number;
}

/** A saved model that classifies one text per call. */
export interface TextClassifier extends AsyncDisposable {
  /**
   * Classifies a text. The promise rejects with `HW_USAGE` for a value that is not a string and after `close`, and with
   * the errors of the model.
   */
  (text: string): Promise<Classification>;
  /** The classes, in the order of the model. */
  readonly classes: readonly string[];
  /** Completes the waiting calls, rejects new ones, and frees the model. Further calls of it do nothing. */
  readonly close: () => Promise<void>;
}

/** The options of `openClassifier`. */
export interface OpenClassifierOptions {
  /** The largest number of texts that are classified together. Default 64. */
  readonly maxSize?: number | undefined;
  /** How long a text may wait for other texts of its batch, in milliseconds. Default 2. */
  readonly maxWaitMs?: number | undefined;
  /** The model's tfjs backend, which must have been registered before. Default `headwater`. */
  readonly backend?: string | undefined;
}

interface Call {
  readonly text: string;
  readonly resolve: (classification: Classification) => void;
  readonly reject: (error: unknown) => void;
}

const asHeadline = ({ text }: Call, id: number): LiveHeadline => ({
  id,
  title: text,
  source: 'call',
  guid: undefined,
  link: undefined,
  published: undefined,
  seen: 0,
  category: undefined,
});

/**
 * Opens a saved model, and returns a function that classifies a text.
 *
 * Calls within `maxWaitMs` of each other are classified together, which costs far less than one by one. So an HTTP
 * handler can call it once per request. At most `maxSize` calls wait: the last one starts the batch.
 *
 * In Cloudflare Workers and the Edge Runtime of Vercel each call is classified at once, alone, because there a request
 * cannot wait for another. `maxSize` and `maxWaitMs` do nothing there.
 *
 * It accepts models of every architecture, in Node, Deno, Bun and browsers.
 *
 * @param source the model's directory; or its files' bytes by name, for example fetched by a browser
 * @param options `maxSize`, `maxWaitMs` and `backend`
 * @returns a promise of the function. It rejects like `openArtifacts`, and with `HW_USAGE` for an invalid option
 * @see serveModel for a complete server with limits and metrics
 *
 * @example
 * ```ts
 * import { openClassifier } from 'headwater';
 *
 * const classify = await openClassifier('no/such/model').catch((error: unknown) => console.error(error));
 * if (classify !== undefined) {
 *   const { category, probability } = await classify('The final tennis tournament starts next week.');
 *   console.log(category, probability); // Sports 0.999
 *   await classify.close(); // or `await using classify = …`
 * }
 * ```
 */
export const openClassifier = async (
  source: string | ReadonlyMap<string, Uint8Array>,
  options: OpenClassifierOptions = {},
): Promise<TextClassifier> => {
  checkOptions('openClassifier', options, 'source, { maxSize: 64 }');
  const { maxSize = 64, maxWaitMs = 2, backend } = options;
  checkTypes('openClassifier', options, { backend: 'string' });
  checkWhole('openClassifier', 'maxSize', maxSize, 1);
  checkTime('openClassifier', 'maxWaitMs', maxWaitMs, true);
  const artifacts = await openArtifacts(source);
  const model = restoreModel(artifacts, { backend });
  const { labelEncoder, text: steps } = artifacts;
  const classifyBatch = classifyTexts('openClassifier', {
    model,
    tokenizer: rowEncoder(artifacts),
    labelEncoder,
    text: steps,
  });

  const call$ = new Subject<Call>();
  const answered$ = call$.pipe(
    microBatch({ maxSize: isRequestBound() ? 1 : maxSize, maxWaitMs }),
    concatMap((calls) =>
      of(calls.map(asHeadline)).pipe(
        classifyBatch,
        toArray(),
        tap((predictions) =>
          predictions.forEach(({ headline, category, distribution, known }) =>
            calls[headline.id]?.resolve({
              category,
              probability: distribution[0]?.probability ?? NaN,
              distribution,
              known,
            }),
          ),
        ),
        // Only the calls of this batch fail; the next batch is independent.
        catchError((error: unknown) => {
          for (const { reject } of calls) reject(error);
          return EMPTY;
        }),
      ),
    ),
  );
  const ended = lastValueFrom(answered$, { defaultValue: undefined }).finally(() => model.dispose());

  let closed = false;
  const classify = (text: string): Promise<Classification> =>
    new Promise((resolve, reject) => {
      if (typeof text !== 'string') throw wrongValue('classify', 'the text', text, 'a string');
      if (closed)
        throw new HeadwaterError('HW_USAGE', 'classify: the classifier is closed. Open it again by openClassifier.');
      call$.next({ text, resolve, reject });
    });
  const close = async (): Promise<void> => {
    closed = true;
    call$.complete();
    await ended;
  };
  return Object.assign(classify, { classes: labelEncoder.classes, close, [Symbol.asyncDispose]: close });
};
