/**
 * Classifies lines as they arrive, with a model that was saved before.
 *
 *     npx tsx examples/trainByHand.ts
 *     echo 'The final tennis tournament starts next week.' | npx tsx examples/classifyLines.ts artifacts/by-hand
 */
import { concatMap, defer, finalize, map, type Observable, of, switchMap } from 'rxjs';
import {
  type Artifacts,
  bucketByLength,
  type Classifier,
  loadArtifacts,
  predict,
  preprocess,
  readLines,
  restoreClassifier,
  tokenize,
} from 'headwater';

export interface ClassifiedLine {
  readonly line: string;
  readonly category: string;
  readonly probability: number;
}

/** A task that fails becomes an Observable that does. */
const saved = (directory: string): Observable<Artifacts> =>
  defer(loadArtifacts(directory)).pipe(
    map((loaded) => {
      if (loaded._tag === 'Left') throw loaded.left;
      return loaded.right;
    }),
  );

/** One line is one batch, so that no answer waits for other lines. */
const classifyLine = (
  line: string,
  model: Classifier,
  { tokenizer, labelEncoder }: Artifacts,
): Observable<ClassifiedLine> =>
  of({ id: 0, title: line }).pipe(
    preprocess(),
    tokenize(tokenizer),
    bucketByLength({ batchSize: 1, unknownIndex: tokenizer.unknownIndex }),
    predict(model),
    map(({ predicted, probabilities }) => ({
      line,
      category: labelEncoder.nameOf(predicted),
      probability: probabilities[predicted] ?? 0,
    })),
  );

/** Answers each line, in order. The model is loaded on subscription and freed at the end. */
export const classifyLines = (line$: Observable<string>, directory: string): Observable<ClassifiedLine> =>
  saved(directory).pipe(
    switchMap((artifacts) =>
      defer(() => {
        const model = restoreClassifier(artifacts);
        return line$.pipe(
          concatMap((line) => classifyLine(line, model, artifacts)),
          finalize(() => model.dispose()),
        );
      }),
    ),
  );

if (process.argv[1] === import.meta.filename) {
  classifyLines(readLines(process.stdin), process.argv[2] ?? 'artifacts/by-hand').subscribe({
    next: ({ line, category, probability }) => console.log(`${category.padEnd(10)} ${probability.toFixed(3)}  ${line}`),
    error: (error: unknown) => {
      console.error(error instanceof Error ? error.message : error);
      process.exitCode = 1;
    },
  });
}
