import { isLeft } from 'fp-ts/lib/Either.js';
import { from, lastValueFrom } from 'rxjs';
import { classifier } from '../../src/models/classifier.js';
import { classifierConfig } from '../../src/models/ClassifierConfig.js';
import { encodeArtifacts } from '../../src/models/artifacts/encodeArtifacts.js';
import { writeFiles } from '../../src/sinks/files/writeFiles.js';
import { LabelEncoder } from '../../src/text/LabelEncoder.js';
import { Tokenizer } from '../../src/text/Tokenizer.js';
import { scratchFolder } from './headlines.js';

/** A saved model that has learnt two words: goals are Sports, votes are World. */
export const savedModel = async (): Promise<string> => {
  const folder = scratchFolder();
  const tokenizer = await lastValueFrom(from(['goal', 'vote']).pipe(Tokenizer.fit()));
  const labelEncoder = LabelEncoder.of(['Sports', 'World']);
  const model = classifier(
    classifierConfig({
      vocabularySize: tokenizer.size,
      classes: 2,
      embeddingDim: 8,
      hiddenDim: 8,
      fcDim: 8,
      dropout: 0,
    }),
    { seed: 1 },
  );
  const batch = {
    size: 2,
    time: 1,
    tokens: Int32Array.of(2, 3),
    lengths: Int32Array.of(1, 1),
    ids: Int32Array.of(0, 1),
    labels: Int32Array.of(0, 1),
  };
  for (let step = 0; step < 40; step++) model.trainBatch(batch, { epoch: 1, step, learningRate: 0.05 });
  const written = await writeFiles(
    folder,
    encodeArtifacts({ config: model.config, weights: model.stateDict(), tokenizer, labelEncoder }),
  )();
  model.dispose();
  if (isLeft(written)) throw written.left;
  return folder;
};
