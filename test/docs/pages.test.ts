import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { termOf, typosOf, wordsOf } from '../../site/.vitepress/search.js';
import { filesUnder, root } from './fences.js';

const read = (file: string): string => readFileSync(join(root, file), 'utf8');

const pages = ['README.md', ...filesUnder('docs', '.md')];

test('a reader who has installed the package can copy every command', () => {
  const bare = pages.flatMap((page) =>
    [...read(page).matchAll(/^```sh\n([^]*?)^```$/gm)].flatMap(([, block = '']) =>
      // The command is installed in the reader's project, so a shell does not find it by its name alone.
      (block.match(/(?:^|[|;&] *)headwater .*/gm) ?? []).map((line) => `${page}: ${line}`),
    ),
  );
  expect(bare).toEqual([]);
});

/** What a program rarely calls itself: parts that one of the others is made of, and forms of their values. */
const PARTS: ReadonlySet<string> = new Set([
  ...['dedupeMemory', 'feedMemory', 'deriveSeed', 'settleOnce', 'withValue', 'promiseOf'],
  ...['initialTrainingState', 'limitEpochs', 'recordEpoch', 'recordEpochBy'],
  ...['commonestClass', 'confusionMatrix', 'macroScores', 'fitTemperature', 'temper', 'scores'],
  ...['decodeCheckpoint', 'encodeCheckpoint', 'describeRejection', 'jsonLine'],
]);

test('every source, operator and sink stands in the list of questions', () => {
  const list = read('docs/learn/operators.md');
  const exported = readdirSync(join(root, 'src/entries'))
    .flatMap((entry) => [
      ...read(`src/entries/${entry}`).matchAll(
        /^export \{([^}]*)\} from '\.\.\/(?:streams|operators|sinks|brokers|checkpoints)\//gm,
      ),
    ])
    .flatMap(([, names = '']) => names.split(',').map((name) => name.trim()))
    .filter((name) => /^[a-z]\w+$/.test(name));
  expect(exported.length).toBeGreaterThan(60);
  expect([...new Set(exported)].filter((name) => !PARTS.has(name) && !list.includes(`\`${name}\``))).toEqual([]);
});

test('the search takes typing errors for what was meant, short words as they are, and words of every question for none', () => {
  expect(wordsOf('Back-pressure, at once').map(termOf)).toEqual(['back', 'pressure', false, 'once', 'backpressure']);
  expect(wordsOf('UTF-8').map(termOf)).toEqual(['utf', false, 'utf8']);
  expect('How to install it'.split(' ').map(termOf).filter(Boolean)).toEqual(['install']);
  // `oom` is not `room`. Two letters in the wrong order are two errors.
  expect(['oom', 'bert', 'shuffel', 'valve'].map(typosOf)).toEqual([false, false, 2, 1]);
});
