import { Readable } from 'node:stream';
import { lastValueFrom, toArray } from 'rxjs';
import { expect, it } from 'vitest';
import { answerKeys } from '../../../src/cli/learning/answerKeys.js';

const keysOf = (stdin: Readable): Promise<readonly string[]> => lastValueFrom(answerKeys(stdin).pipe(toArray()));

it('gives the lines of a stdin that is no terminal', async () => {
  expect(await keysOf(Readable.from(['1\n', 'q\n']))).toEqual(['1', 'q']);
});

it('completes where stdin was read to its end before', async () => {
  const stdin = Readable.from(['1\n']);
  for await (const chunk of stdin) expect(chunk).toBe('1\n');
  expect(await keysOf(stdin)).toEqual([]);
});
