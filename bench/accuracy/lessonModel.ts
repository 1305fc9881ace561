import { batchSource, classifier, classifierConfig, earlyStopping, fit, prepare, reduceLrOnPlateau } from 'headwater';
import { from, lastValueFrom, of } from 'rxjs';
import { rowsWithSides, type Sides } from './sides.js';
import { measureTest, processorSeconds, type Score } from './trainOurs.js';

const LEARNING_RATE = 1e-3;
const EPOCHS = 8;

/**
 * Trains the lesson's GRU and measures the test rows. It has the lesson's texts, sizes and patience, the learning rate
 * 1e-3, and at most eight epochs.
 */
export const trainLesson = async (sides: Sides, seed: number): Promise<Score> => {
  const begun = processorSeconds();
  const rows = rowsWithSides(sides).map((row, id) => ({ ...row, id }));
  const split = await lastValueFrom(prepare(from(rows), { seed, rejections: { next: () => undefined } }));
  const { tokenizer, labelEncoder, classWeights } = split;
  const config = classifierConfig({
    cell: 'gru',
    vocabularySize: tokenizer.size,
    classes: labelEncoder.size,
    padIndex: tokenizer.padIndex,
  });
  const model = classifier(config, { seed, classWeights });
  try {
    const source = batchSource(split);
    const steps = [reduceLrOnPlateau(), earlyStopping()];
    await lastValueFrom(of(source).pipe(fit(model, { epochs: EPOCHS, learningRate: LEARNING_RATE, steps })));
    const seconds = processorSeconds() - begun;
    const { f1, accuracy } = await measureTest({ model, source }, labelEncoder.classes);
    return { f1, accuracy, seconds };
  } finally {
    model.dispose();
  }
};
