import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { commandPage } from '../../site/reference/commandPage.js';
import { anchorOf } from '../../site/pages/anchorOf.js';
import { buildProgram } from '../../src/cli/program.js';
import * as headwater from '../../src/index.js';
import { root } from './fences.js';

const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const readme = read('README.md');
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'CHANGELOG.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).map((name) => join('docs', name)),
].filter((file) => file.endsWith('.md'));

test('the README opens with what it is for and the two commands', () => {
  const opening = readme.split('\n## ', 1)[0] ?? '';
  expect(opening).toMatch(/^# Headwater\n\nHeadwater turns/);
  const commands = /```sh\n(.*?)```/s.exec(opening)?.[1] ?? '';
  expect(commands.split('\n').map((line) => line.split('#')[0]?.trim())).toEqual(['npm start', 'npm test', '']);
});

test('every link inside the project leads somewhere', () => {
  const broken = pages.flatMap((page) =>
    [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = '']) => {
      if (/^https?:/.test(target)) return [];
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? join(root, page) : resolve(root, dirname(page), path);
      if (!existsSync(file)) return [`${page}: ${target}`];
      const anchors =
        anchor === undefined
          ? []
          : [...readFileSync(file, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));
      return anchor === undefined || anchors.includes(anchor) ? [] : [`${page}: ${target}`];
    }),
  );
  expect(broken).toEqual([]);
});

test('every example is shown', () => {
  for (const name of readdirSync(join(root, 'examples'))) expect(readme).toContain(`(examples/${name})`);
});

/** What takes no stream and gives none, or is a step of a fold: there is nothing that it could hold. */
const HOLD_NOTHING: ReadonlySet<string> = new Set([
  ...[
    'compareAnswers',
    'confusionMatrix',
    'mcNemar',
    'describeRejection',
    'jsonLine',
    'liveHeadline',
    'metricsTable',
    'flowMetrics',
    'flowTable',
    'scores',
  ],
  ...['commonestClass', 'macroScores'],
  ...['padRows', 'initialTrainingState', 'limitEpochs', 'recordEpoch', 'recordEpochBy'],
]);

test('every source, operator and sink stands in the table of memory limits', () => {
  const table = read('docs/memory.md').split('\n## The limits\n')[1] ?? '';
  const listed = new Set(
    [...table.matchAll(/^\| (`[^|]*) \|/gm)].flatMap(([, cell = '']) =>
      [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
    ),
  );
  const exported = readdirSync(join(root, 'src/entries'))
    .flatMap((entry) => [
      ...read(`src/entries/${entry}`).matchAll(/^export \{([^}]*)\} from '\.\.\/(?:streams|operators|sinks)\//gm),
    ])
    .flatMap(([, names = '']) => names.split(',').map((name) => name.trim()))
    .filter((name) => typeof Reflect.get(headwater, name) === 'function');
  expect(exported.length).toBeGreaterThan(30);
  expect(exported.filter((name) => !listed.has(name) && !HOLD_NOTHING.has(name))).toEqual([]);
  // And nothing stands there that is not exported, `Tokenizer.fit` and the like apart. The clients of brokers are
  // optional, so their entries are read and not imported.
  const ofBrokers = ['kafka.ts', 'nats.ts'].flatMap((entry) =>
    [...read(`src/entries/${entry}`).matchAll(/^export \{([^}]*)\}/gm)].flatMap(([, names = '']) =>
      names.split(',').map((name) => name.trim()),
    ),
  );
  const isExported = (name: string): boolean => ofBrokers.includes(name) || Reflect.get(headwater, name) !== undefined;
  expect([...listed].filter((name) => !name.includes('.') && !isExported(name))).toEqual([]);
});

test('every command line of the README is one that the command takes', async () => {
  const names = (await buildProgram([], process, () => undefined)).commands.map((command) => command.name());
  // A command is loaded only for a line that begins with it.
  const commandOf = async (name: string) => {
    const { commands } = await buildProgram([name], process, () => undefined);
    return commands.find((command) => command.name() === name);
  };
  const loaded = (await Promise.all(names.map(commandOf))).filter((command) => command !== undefined);
  expect(loaded.length).toBe(names.length);
  const lines = [...readme.matchAll(/npx headwater (\w+)(.*)$/gm)];
  expect(lines.length).toBeGreaterThan(5);
  for (const [, name = '', rest = ''] of lines) {
    const command = loaded.find((one) => one.name() === name);
    expect(command, `headwater ${name}`).toBeDefined();
    for (const [flag] of rest.matchAll(/--[a-z-]+/g))
      expect(
        command?.options.map(({ long }) => long),
        `headwater ${name}`,
      ).toContain(flag);
  }
  const commands = loaded.flatMap((command) => [command, ...command.commands]);
  const options = ['--help', ...commands.flatMap((command) => command.options.map(({ long }) => long))];
  for (const page of pages)
    for (const [, flag] of read(page).matchAll(/`(--[a-z-]+)/g)) expect(options, page).toContain(flag);
});

test('the page of the command has every option of every command, with its default', async () => {
  const { path, markdown } = await commandPage();
  expect(path).toBe('reference/command.md');
  for (const listed of (await buildProgram([], process, () => undefined)).commands) {
    const name = listed.name();
    const { commands } = await buildProgram([name], process, () => undefined);
    const section = markdown.split(`\n## headwater ${name}\n`)[1]?.split('\n## ')[0] ?? '';
    const command = commands.find((one) => one.name() === name);
    for (const { long } of [
      ...(command?.options ?? []),
      ...(command?.commands ?? []).flatMap(({ options }) => options),
    ].filter(({ hidden }) => !hidden))
      expect(section, name).toContain(long);
  }
  expect(markdown).toMatch(/\| `--port <n>` \| the port; 0 takes a free one \| `8080` \|/);
  // The examples of the help.
  expect(markdown).toContain('$ headwater bundle models/news --out-file small.js --words 5000');
  expect(markdown).not.toMatch(/^\|.*<(?![^`]*`)/m);
});

test('the list of commands says of each what its own help says', async () => {
  const list = (await buildProgram([], process, () => undefined)).commands;
  expect(list.length).toBeGreaterThan(8);
  for (const listed of list) {
    const { commands } = await buildProgram([listed.name()], process, () => undefined);
    expect(commands[0]?.description()).toBe(listed.description());
  }
});
