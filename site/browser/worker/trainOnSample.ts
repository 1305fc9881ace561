import { from, lastValueFrom, of, switchMap, tap } from 'rxjs';
import { classifier, classifierConfig, encodeArtifacts } from 'headwater/models';
import { batchSource, type ClassifyLiveOptions, fit, prepare, type Row, type TrainingEvent } from 'headwater/operators';
import { backendVariant } from 'headwater/ops';
import { sampleRows } from '../../../src/streams/sample/sampleRows.js';
import { onThreads } from '../onThreads.js';
import type { Answer, Cell } from '../protocol.js';
import { type TextModel, textModel } from './TextModel.js';

/** How long the losses are gathered before they are told, in milliseconds. */
const GATHER_MS = 100;

/** Trains the lesson's network on the generated sample, and tells each step. */
export const trainOnSample = async (
  cell: Cell,
  rows: number,
  epochs: number,
  tell: (answer: Answer) => void,
): Promise<TextModel> => {
  let points: number[] = [];
  let told = performance.now();
  const flush = (): void => {
    if (points.length > 0) tell({ type: 'losses', points });
    points = [];
    told = performance.now();
  };
  const onEvent = (event: TrainingEvent): void => {
    if (event.type === 'step') points.push(event.loss);
    if (performance.now() - told > GATHER_MS || event.type === 'epoch') flush();
    if (event.type === 'epoch')
      tell({
        type: 'progress',
        text: `epoch ${event.epoch} of ${epochs}: validation loss ${event.validationLoss.toFixed(3)}`,
      });
  };
  let reading: ClassifyLiveOptions | undefined;
  let files: (() => ReadonlyMap<string, Uint8Array>) | undefined;
  const begin = performance.now();
  // Every epoch reads the rows again. A generator would give them only once.
  const table = Array.from(sampleRows({ rows }), (row, id): Row => ({ ...row, id }));
  await lastValueFrom(
    prepare(from(table)).pipe(
      switchMap((split) => {
        const { tokenizer, labelEncoder, classWeights } = split;
        const config = classifierConfig({ cell, vocabularySize: tokenizer.size, classes: labelEncoder.size });
        const model = classifier(config, { seed: 1234, classWeights });
        reading = { model, tokenizer, labelEncoder };
        files = () => encodeArtifacts({ config: model.config, weights: model.stateDict(), tokenizer, labelEncoder });
        return of(batchSource(split)).pipe(fit(model, { epochs, learningRate: 1e-3 }));
      }),
      tap(onEvent),
    ),
  );
  if (reading === undefined) throw new Error('The sample gave no rows to train on.');
  const seconds = ((performance.now() - begin) / 1000).toFixed(1);
  return textModel(
    reading,
    `${cell.toUpperCase()}, trained on ${rows} rows in ${seconds} s, ${onThreads(backendVariant().threads)}`,
    files,
  );
};
