import { Readable } from 'node:stream';
import { memory } from '@tensorflow/tfjs-core';
import { lastValueFrom, NEVER, of, Subject, toArray } from 'rxjs';
import { expect, test } from 'vitest';
import { classifyLines, type ClassifiedLine } from '../../examples/classifyLines.js';
import { readLines } from '../../src/streams/readLines.js';
import { scratchFolder } from './headlines.js';
import { savedModel } from './savedModel.js';

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
  await expect(lastValueFrom(classifyLines(of('goal'), scratchFolder()))).rejects.toMatchObject({
    code: 'HW_ARTIFACT',
  });

  const folder = await savedModel();
  const before = memory().numTensors;
  const subscription = classifyLines(NEVER, folder).subscribe();
  await expect.poll(() => memory().numTensors).toBeGreaterThan(before);
  subscription.unsubscribe();
  expect(memory().numTensors).toBe(before);
});
