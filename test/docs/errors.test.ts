import { join } from 'node:path';
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { errorPage } from '../../site/reference/errorPage.js';
import { HeadwaterError } from '../../src/contracts/HeadwaterError.js';
import { tellError } from '../../src/cli/process/outputError.js';
import { root } from './fences.js';

const page = join(root, 'docs/errors.md');

it('docs/errors.md has what the command explains (vitest -u writes it)', async () => {
  await expect(errorPage()).toMatchFileSnapshot(page);
});

const told = (env: NodeJS.ProcessEnv): string => {
  let text = '';
  const write = (part: Buffer, _encoding: unknown, done: () => void): void => {
    text += part.toString();
    done();
  };
  const stderr = Object.assign(new Writable({ write }), { isTTY: true });
  tellError(new HeadwaterError('HW_COLUMNS', 'There is no column text.'), { stderr, env });
  return text;
};

it('the code of an error line is a link to its section, in a terminal that shows links', () => {
  const [, address = '', shown] =
    /\u001b\]8;;(.*?)\u001b\\(.*?)\u001b\]8;;\u001b\\\n$/.exec(told({ TERM_PROGRAM: 'WezTerm' })) ?? [];
  expect(shown).toBe('[HW_COLUMNS]');
  expect(fileURLToPath(address)).toBe(page);
  expect(new URL(address).hash).toBe('#hw_columns');
  expect(told({ TERM: 'xterm' })).toBe('headwater: There is no column text. [HW_COLUMNS]\n');
});
