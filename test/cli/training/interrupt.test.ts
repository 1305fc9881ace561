import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { serve } from '../../streams/servers.js';
import { type Ended, MAIN, type Running, start, workFolder } from '../headwater.js';
import { TINY_CSV, TINY_SIZES, trainTiny } from '../tiny.js';

const cwd = workFolder();

beforeAll(async () => {
  await trainTiny(cwd);
  writeFileSync(join(cwd, 'tiny.csv'), TINY_CSV);
});

/** Sends a signal and waits for the end, which none of these would come to by itself. */
const stop = ({ child, ended }: Running, signal: NodeJS.Signals): Promise<Ended> => {
  child.kill(signal);
  return ended;
};

describe('Ctrl-C, or a signal of another process,', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s ends a training with %i and a checkpoint, with nothing half-written', async (signal, wanted) => {
    const running = start(
      [
        'train',
        '--data',
        'tiny.csv',
        '--out',
        `never-${signal}`,
        ...TINY_SIZES,
        '--epochs',
        '100000',
        '--patience',
        '100000',
      ],
      { cwd },
    );
    await running.until('stderr', /epoch 3\//);
    const { status, stdout, stderr } = await stop(running, signal);
    expect(status).toBe(wanted);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/best|validation/);
    expect(stderr).not.toContain('headwater:');
    expect(stderr).toMatch(/\ncheckpoint: .+\nContinue with the same command and --resume\.\n$/);
    expect(readdirSync(join(cwd, `never-${signal}`))).toEqual(['checkpoints']);
  });

  it.runIf(process.platform === 'linux')('does not end what nohup started: SIGHUP of its terminal', async () => {
    // As nohup does where stdin is a terminal.
    const command = ['-c', 'exec "$0" "$@" 0> /dev/null', process.execPath, MAIN, 'train', '--data', 'tiny.csv'];
    const child = spawn(
      'sh',
      [...command, '--out', 'never-nohup', ...TINY_SIZES, '--epochs', '100000', '--patience', '100000'],
      { cwd, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const ended = once(child, 'close');
    // Where epochs are fast, few of them have a line.
    const lastEpoch = (): number => Number([...stderr.matchAll(/epoch (\d+)\//g)].at(-1)?.[1] ?? 0);
    const until = (epoch: number) =>
      vi.waitFor(() => expect(lastEpoch()).toBeGreaterThanOrEqual(epoch), { timeout: 60_000 });
    await until(3);
    child.kill('SIGHUP');
    await until(lastEpoch() + 5);
    child.kill('SIGTERM');
    expect(await ended).toEqual([143, null]);
  });

  it('leaves the artifacts of an earlier training as they were', async () => {
    const artifacts = () =>
      new Map(
        readdirSync(join(cwd, 'model'), { withFileTypes: true })
          .filter((entry) => entry.name !== 'current' && !entry.isDirectory())
          .map(({ name }) => [name, readFileSync(join(cwd, 'model', name), 'utf8')]),
      );
    const before = artifacts();
    const running = start(
      ['train', '--data', 'tiny.csv', '--out', 'model', ...TINY_SIZES, '--epochs', '100000', '--patience', '100000'],
      { cwd },
    );
    await running.until('stderr', /epoch 1\//);
    await stop(running, 'SIGINT');
    expect([...before.keys()].sort()).toEqual([
      'config.json',
      'label_encoder.json',
      'manifest.json',
      'model.safetensors',
      'performance.json',
      'seen.bin',
      'text.json',
      'tokenizer.json',
      'training.json',
    ]);
    expect(artifacts()).toEqual(before);
  });

  it('cuts a download, so that the server sees it, and leaves no half of a snapshot', async () => {
    const cache = join(cwd, 'cache');
    mkdirSync(cache);
    let arrived: (response: ServerResponse) => void = () => undefined;
    const response$ = new Promise<ServerResponse>((resolve) => (arrived = resolve));
    const origin = await serve((_request, response) => {
      response.writeHead(200).write(TINY_CSV);
      arrived(response);
    });
    const running = start(['train', '--data', `${origin}/news.csv`, '--out', 'never'], {
      cwd,
      env: { XDG_CACHE_HOME: cache },
    });
    const closed = once(await response$, 'close');
    const { status } = await stop(running, 'SIGINT');
    await closed;
    expect(status).toBe(130);
    expect(readdirSync(join(cache, 'headwater'))).toEqual([]);
    expect(existsSync(join(cwd, 'never'))).toBe(false);
  });

  it.skipIf(process.platform === 'win32')('ends what waits for a named pipe, which nothing can abort', async () => {
    const pipe = join(cwd, 'pipe.csv');
    execFileSync('mkfifo', [pipe]);
    const running = start(['train', '--data', pipe, '--out', 'never', ...TINY_SIZES], { cwd });
    // It can be opened to write once somebody reads; what is read then does not come.
    const writer = await vi.waitFor(() => openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK), {
      timeout: 60_000,
    });
    try {
      expect((await stop(running, 'SIGTERM')).status).toBe('SIGTERM');
    } finally {
      closeSync(writer);
    }
  });

  it('ends a prediction that waits for lines', async () => {
    const running = start(['predict', '--model', 'model'], { cwd });
    running.child.stdin.write('one goal\n');
    await running.until('stdout', /\n/);
    expect((await stop(running, 'SIGINT')).status).toBe(130);
  });
});
