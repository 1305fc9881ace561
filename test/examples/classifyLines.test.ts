import { Readable } from 'node:stream';
import { memory } from '@tensorflow/tfjs-core';
import { isLeft } from 'fp-ts/lib/Either.js';
import { from, lastValueFrom, NEVER, of, Subject, toArray } from 'rxjs';
import { expect, test } from 'vitest';
import { classifyLines, type ClassifiedLine } from '../../examples/classifyLines.js';
import { classifier } from '../../src/models/classifier.js';
import { classifierConfig } from '../../src/models/ClassifierConfig.js';
import { encodeArtifacts } from '../../src/models/encodeArtifacts.js';
import { writeFiles } from '../../src/sinks/writeFiles.js';
import { readLines } from '../../src/streams/readLines.js';
import { LabelEncoder } from '../../src/text/LabelEncoder.js';
import { Tokenizer } from '../../src/text/Tokenizer.js';
import { scratchFolder } from './headlines.js';

/** A saved model that has learnt two words: goals are Sports, votes are World. */
const savedModel = async (): Promise<string> => {
  const folder = scratchFolder();
  const tokenizer = await lastValueFrom(from(['goal', 'vote']).pipe(Tokenizer.fit()));
  const labelEncoder = LabelEncoder.of(['Sports', 'World']);
  const model = classifier(classifierConfig({ vocabularySize: tokenizer.size, classes: 2, embeddingDim: 8, hiddenDim: 8, fcDim: 8, dropout: 0 }), { seed: 1 });
  const batch = { size: 2, time: 1, tokens: Int32Array.of(2, 3), lengths: Int32Array.of(1, 1), ids: Int32Array.of(0, 1), labels: Int32Array.of(0, 1) };
  for (let step = 0; step < 40; step++) model.trainBatch(batch, { epoch: 1, step, learningRate: 0.05 });
  const written = await writeFiles(folder, encodeArtifacts({ config: model.config, weights: model.stateDict(), tokenizer, labelEncoder }))();
  model.dispose();
  if (isLeft(written)) throw written.left;
  return folder;
};

test('each line of a stream is answered in order, a blank one too, and the model is freed', async () => {
  const folder = await savedModel();
  const before = memory().numTensors;
  const input = Readable.from(['A late goal\nThe vo', 'te\n\nGoal!']);
  const answers = await lastValueFrom(classifyLines(readLines(input), folder).pipe(toArray()));
  expect(answers.map(({ line, category }) => [line, category])).toEqual([
    ['A late goal', 'Sports'],
    ['The vote', 'World'],
    ['', expect.any(String)],
    ['Goal!', 'Sports'],
  ]);
  for (const { probability } of answers) expect(probability).toBeGreaterThanOrEqual(0.5);
  expect(memory().numTensors).toBe(before);
});

test('a line is answered when it comes, not when others do', async () => {
  const folder = await savedModel();
  const line$ = new Subject<string>();
  const answers: ClassifiedLine[] = [];
  classifyLines(line$, folder).subscribe((answer) => answers.push(answer));
  // The lines are subscribed to when the model has been loaded.
  await expect.poll(() => line$.observed).toBe(true);
  line$.next('goal');
  expect(answers).toHaveLength(1);
  line$.next('vote');
  expect(answers).toHaveLength(2);
  line$.complete();
});

test('a folder without a model is a typed error, and leaving early frees the model', async () => {
  await expect(lastValueFrom(classifyLines(of('goal'), scratchFolder()))).rejects.toMatchObject({ code: 'HW_ARTIFACT' });

  const folder = await savedModel();
  const before = memory().numTensors;
  const subscription = classifyLines(NEVER, folder).subscribe();
  await expect.poll(() => memory().numTensors).toBeGreaterThan(before);
  subscription.unsubscribe();
  expect(memory().numTensors).toBe(before);
});
