import { EventEmitter } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { beforeAll, describe, expect, it } from 'vitest';
import { opensBrowser } from '../../../src/cli/process/opensBrowser.js';
import { run } from '../../../src/cli/run.js';
import type { TrainingSnapshot } from '../../../src/contracts/training/TrainingView.js';
import { rawClient } from '../../server/serving.js';
import { serve } from '../../streams/servers.js';
import { workFolder } from '../headwater.js';
import { inProcess } from '../inProcess.js';
import { TINY, TINY_CSV, TINY_SIZES } from '../tiny.js';

const cwd = workFolder();
beforeAll(() => writeFileSync(join(cwd, 'tiny.csv'), TINY_CSV));

interface Started {
  readonly ended: Promise<number>;
  /** Waits until stderr matches, and gives the match. */
  readonly until: (wanted: RegExp) => Promise<RegExpExecArray>;
  readonly interrupt: () => void;
  readonly stderr: () => string;
}

/** The command in this process, on a terminal or on pipes. */
const begin = (args: readonly string[], isTTY: boolean): Started => {
  const [stdin, stdout] = [new PassThrough(), new PassThrough()];
  const stderr: PassThrough & { isTTY?: boolean } = new PassThrough();
  stderr.isTTY = isTTY;
  const signals = new EventEmitter();
  let text = '';
  const waiting = new Set<() => void>();
  stdout.resume();
  stderr.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    for (const look of waiting) look();
  });
  const ended = run(args, {
    stdin,
    stdout,
    stderr,
    env: { XDG_CACHE_HOME: join(cwd, 'cache') },
    on: (signal, listener) => signals.on(signal, listener),
    off: (signal, listener) => signals.off(signal, listener),
  });
  const until = (wanted: RegExp): Promise<RegExpExecArray> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = wanted.exec(text);
        if (found === null) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
      void ended.then((status) =>
        setImmediate(() => reject(new Error(`It ended with ${status} before ${String(wanted)} came: ${text}`))),
      );
    });
  return { ended, until, interrupt: () => void signals.emit('SIGINT'), stderr: () => text };
};

const addressIn = async ({ until }: Started): Promise<URL> => new URL((await until(/page: (http:\S+)\n/))[1] ?? '');

/** A table that comes when it is let go. */
const heldTable = async (): Promise<{ readonly address: string; readonly release: () => void }> => {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const origin = await serve(
    (_request, response) => void held.then(() => response.writeHead(200, { 'content-type': 'text/csv' }).end(TINY_CSV)),
  );
  return { address: `${origin}/news.csv`, release };
};

const train = (data: string, out: string, ...options: readonly string[]): readonly string[] => [
  'train',
  '--data',
  data,
  '--out',
  join(cwd, out),
  ...TINY_SIZES,
  '--epochs',
  '3',
  '--ui',
  '--no-open',
  ...options,
];

/** Listens to the page's events from before the training. */
const listenTo = async (url: URL): Promise<ReturnType<typeof rawClient>> => {
  const client = rawClient(url);
  client.socket.write('GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await client.until(/retry/);
  return client;
};

describe('--ui', () => {
  it('stays on a terminal where somebody looks at the page, until Ctrl-C, and ends well then', async () => {
    const { address, release } = await heldTable();
    const started = begin(train(address, 'stays'), true);
    const url = await addressIn(started);
    const listener = await listenTo(url);
    release();
    await started.until(/the training has ended; the page stays until Ctrl-C\n/);
    // What it was for is done already.
    expect(existsSync(join(cwd, 'stays/model.safetensors'))).toBe(true);
    const late = (await (await fetch(new URL('/training', url))).json()) as TrainingSnapshot;
    expect(late).toMatchObject({
      state: 'ended',
      config: { cell: 'gru', hiddenDim: 16 },
      split: { train: { rows: 281 } },
      report: { rows: 59 },
    });
    expect(late.history.filter(({ type }) => type === 'epoch').length).toBe(3);
    started.interrupt();
    expect(await started.ended).toBe(0);
    expect(await listener.closed).toContain('event: ended\n');
  });

  it('shows the epochs before a checkpoint when the training is resumed', async () => {
    const args = [...train(join(cwd, 'tiny.csv'), 'resumed', '--checkpoint-every', '1'), '--epochs', '40'];
    const first = begin(args, true);
    await first.until(/epoch 2\//);
    first.interrupt();
    expect(await first.ended).toBe(130);
    const again = begin([...args, '--resume'], true);
    const client = rawClient(await addressIn(again));
    client.socket.write('GET /events?last=1000 HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await again.until(/the training has ended; the page stays/);
    again.interrupt();
    expect(await again.ended).toBe(0);
    const epochs = [...(await client.closed).matchAll(/"type":"epoch",.*?"epoch":(\d+)/g)].map(([, epoch]) => epoch);
    expect(epochs.slice(0, 3)).toEqual(['1', '2', '3']);
    expect(new Set(epochs).size).toBe(epochs.length);
  });

  it('ends with the training where nobody looks at it, and off a terminal though somebody does', async () => {
    const alone = await inProcess(train(join(cwd, 'tiny.csv'), 'alone'));
    expect(alone.status).toBe(0);
    expect(alone.stderr).toMatch(/^page: http:\/\/127\.0\.0\.1:\d+\/\n/);
    const { address, release } = await heldTable();
    const started = begin(train(address, 'piped'), false);
    const listener = await listenTo(await addressIn(started));
    release();
    expect(await started.ended).toBe(0);
    expect(await listener.closed).toMatch(/event: report\n[^]*event: ended\n/);
  });

  it('lets Ctrl-C end the training before it has ended by itself', async () => {
    const { address } = await heldTable();
    const started = begin(train(address, 'interrupted'), true);
    const listener = await listenTo(await addressIn(started));
    started.interrupt();
    expect(await started.ended).toBe(130);
    await listener.closed;
    expect(existsSync(join(cwd, 'interrupted'))).toBe(false);
  });

  it('tells listeners of rejected rows, and why a training fails, which fails as ever', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const origin = await serve(
      (_request, response) => void held.then(() => response.writeHead(200).end(`${TINY_CSV}one field\n`)),
    );
    const started = begin(train(`${origin}/news.csv`, 'failed', '--max-rejections', '0'), true);
    const listener = await listenTo(await addressIn(started));
    release();
    expect(await started.ended).toBe(1);
    const heard = await listener.closed;
    expect(heard).toMatch(/event: rejections\ndata: \{"total":1,/);
    expect(heard).toMatch(/event: ended\ndata: \{"error":"1 rows were rejected/);
    expect(started.stderr().match(/^headwater: .*$/gm)).toHaveLength(1);
    expect(existsSync(join(cwd, 'failed'))).toBe(false);
  });

  it('reads nothing where the port is taken', async () => {
    let asked = 0;
    const origin = await serve((_request, response) => {
      asked += 1;
      response.end(TINY_CSV);
    });
    const { status, stderr } = await inProcess(train(`${origin}/news.csv`, 'taken', '--ui-port', new URL(origin).port));
    expect(status).toBe(1);
    expect(stderr).toMatch(/^headwater: Cannot listen at 127\.0\.0\.1, port \d+: .+ \[HW_HTTP_CONNECT\]\n$/);
    expect(asked).toBe(0);
  });

  it('trains as it does without', async () => {
    const without = await inProcess(['train', '--data', join(cwd, 'tiny.csv'), '--out', join(cwd, 'same'), ...TINY]);
    const beside = await inProcess([
      'train',
      '--data',
      join(cwd, 'tiny.csv'),
      '--out',
      join(cwd, 'same'),
      ...TINY,
      '--ui',
    ]);
    expect(beside.stdout).toBe(without.stdout);
  });
});

describe('a browser', () => {
  const screen = { DISPLAY: ':0' };
  it.each([
    ['on a terminal with a screen', { isTTY: true }, screen, 'linux', true],
    ['on a terminal of Wayland', { isTTY: true }, { WAYLAND_DISPLAY: 'wayland-0' }, 'linux', true],
    ['on a terminal without a screen', { isTTY: true }, {}, 'linux', false],
    ['on a Mac', { isTTY: true }, {}, 'darwin', true],
    ['on another machine', { isTTY: true }, { ...screen, SSH_CONNECTION: '192.0.2.1 1 192.0.2.2 22' }, 'linux', false],
    ['in continuous integration', { isTTY: true }, { ...screen, CI: 'true' }, 'linux', false],
    ['off a terminal', { isTTY: false }, screen, 'linux', false],
  ] as const)('is opened %s or is not', (_where, stream, env, platform, wanted) => {
    expect(opensBrowser({ stderr: Object.assign(new PassThrough(), stream), env }, platform)).toBe(wanted);
  });
});
