import { EventEmitter } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { lastValueFrom, toArray } from 'rxjs';
import { expect, it } from 'vitest';
import { answerKeys } from '../../../src/cli/learning/answerKeys.js';

const terminalOf = (stdin: Readable & { readonly isTTY?: boolean }) =>
  Object.assign(new EventEmitter(), { stdin, stdout: new PassThrough(), env: {} });

const keysOf = (stdin: Readable): Promise<readonly string[]> =>
  lastValueFrom(answerKeys(terminalOf(stdin)).pipe(toArray()));

it('gives the lines of a stdin that is no terminal', async () => {
  expect(await keysOf(Readable.from(['1\n', 'q\n']))).toEqual(['1', 'q']);
});

it('completes where stdin was read to its end before', async () => {
  const stdin = Readable.from(['1\n']);
  for await (const chunk of stdin) expect(chunk).toBe('1\n');
  expect(await keysOf(stdin)).toEqual([]);
});

it('gives the keys of a terminal, and takes neither a pasted text nor an arrow for answers', async () => {
  const modes: boolean[] = [];
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: (raw: boolean) => modes.push(raw) });
  const keys = keysOf(stdin);
  stdin.write('1\r\u001b[A\u001b[200~12\rq\u001b[201~\u0011s\u0004');
  expect(await keys).toEqual(['1', '', 's']);
  expect(modes).toEqual([true, false]);
});
