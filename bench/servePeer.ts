/**
 * `headwater serve` compared with a service of FastAPI, uvicorn and PyTorch with the same weights and the same text
 * steps.
 *
 *     npm run bench:serve -- --peer [--python PATH] [--pairs 5] [--cold 2] [--seconds 4] [--clients 1,50,200,1000]
 *         [--busy 0,12] [--variants single,batched] [--threads 2] [--json FILE]
 *
 * A pair is both services, one after the other, each in a new process. `cold` is the load of the first `--cold`
 * seconds, and `warm` is the load of `--seconds` seconds, after another load between them. With busy loops, 1,000
 * clients need about ten seconds to connect. Pairs alternate in their order, so that other work of the machine affects
 * both alike. `--busy 12` runs twelve computing processes at the same time. First, 50 answers of both are compared: the
 * classes must be equal, and probabilities must agree within 1e-4. Run it on an otherwise idle machine.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import autocannon from 'autocannon';
import { encodeSafetensors, raiseEngineFlags, registerBackend, STOP_WORDS } from 'headwater';
import { median } from './Figure.js';
import { untrainedModel } from './untrainedModel.js';

const { values: options } = parseArgs({
  options: {
    peer: { type: 'boolean' },
    python: { type: 'string', default: 'python3' },
    pairs: { type: 'string', default: '5' },
    cold: { type: 'string', default: '2' },
    seconds: { type: 'string', default: '4' },
    clients: { type: 'string', default: '1,50,200,1000' },
    busy: { type: 'string', default: '0,12' },
    variants: { type: 'string', default: 'single,batched' },
    threads: { type: 'string', default: String(Math.min(2, availableParallelism())) },
    json: { type: 'string' },
  },
});
const numbers = (text: string): readonly number[] => text.split(',').map(Number);
const seconds = Number(options.seconds);

const cold = Number(options.cold);

/** The seconds of load between the cold and the warm load. */
const between = 1.5 * cold;

raiseEngineFlags();
registerBackend();
const { rows, tokenizer, labelEncoder, model, folder } = await untrainedModel('peer');
const titles = rows.slice(0, 200).map(({ title }) => title);
writeFileSync(join(folder, 'peer.safetensors'), encodeSafetensors(model.stateDict()));
model.dispose();
writeFileSync(
  join(folder, 'text.json'),
  JSON.stringify({
    cell: 'gru',
    stopWords: STOP_WORDS,
    tokens: tokenizer.tokens,
    classes: labelEncoder.classes,
  }),
);

/** A running service, and its address. */
interface Service {
  readonly url: string;
  readonly process: ChildProcess;
}

/** All services that were started. */
const services: ChildProcess[] = [];

const started = async (
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Service> => {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...env } });
  services.push(child);
  const line = await Promise.race([
    once(child.stdout.setEncoding('utf8'), 'data').then(([text]) => String(text)),
    once(child, 'exit').then(([status]) => {
      throw new Error(`${command} ended with ${String(status)} before it listened. Give another --python.`);
    }),
  ]);
  const url = new URL('/classify', line.trim()).href;
  return { url, process: child };
};

const stopped = async ({ process: child }: Service): Promise<void> => {
  child.kill('SIGTERM');
  await once(child, 'exit');
};

const ours = async (): Promise<Service> => {
  const service = await started(process.execPath, [
    resolve(import.meta.dirname, '../dist/cli/main.js'),
    ...['serve', '--model', folder, '--port', '0', '--threads', options.threads],
  ]);
  // The service is ready after its own warm-up, as a load balancer would see it.
  while ((await fetch(new URL('/readyz', service.url))).status !== 200)
    await new Promise((later) => setTimeout(later, 50));
  return service;
};

/**
 * @param loops the number of busy processes beside it; with any, waiting threads must not spin
 */
const theirs = (variant: string, loops: number): Promise<Service> =>
  started(
    options.python,
    [
      join(import.meta.dirname, 'serve_peer.py'),
      ...[join(folder, 'peer.safetensors'), join(folder, 'text.json'), options.threads, variant],
    ],
    loops === 0 ? {} : { OMP_WAIT_POLICY: 'PASSIVE' },
  );

interface Answer {
  readonly class: string;
  readonly probabilities: Readonly<Record<string, number>>;
}

const ask = async (url: string, title: string): Promise<Answer> =>
  (await (
    await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ title }),
    })
  ).json()) as Answer;

/** Throws where the two services give different answers. */
const checkSame = async (a: Service, b: Service): Promise<void> => {
  for (const title of titles.slice(0, 50)) {
    const [one, other] = [await ask(a.url, title), await ask(b.url, title)];
    for (const [name, probability] of Object.entries(one.probabilities))
      if (!(Math.abs(probability - (other.probabilities[name] ?? NaN)) < 1e-4))
        throw new Error(`The services differ: ${JSON.stringify([title, one, other])}`);
  }
};

const load = async (url: string, connections: number, duration: number) => {
  const { latency, requests, errors, timeouts, non2xx } = await autocannon({
    url,
    connections,
    duration,
    timeout: 120,
    requests: titles.map((title) => ({
      method: 'POST' as const,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ title }),
    })),
  });
  const failed = errors + timeouts + non2xx;
  // A service that fails answers fast, or hardly at all. In both cases a comparison is meaningless.
  if (failed > 0 || requests.total === 0)
    throw new Error(
      `${url}: ${errors} errors, ${timeouts} timeouts, ${non2xx} answers other ` +
        `than 200, ${requests.total} answers in all. Nothing is compared.`,
    );
  return {
    requests_per_s: Math.round(requests.total / duration),
    p50_ms: latency.p50,
    p99_ms: latency.p99,
  };
};

/** Measures one service under load, from its start. */
const measured = async (start: () => Promise<Service>, clients: number) => {
  const service = await start();
  const first = await load(service.url, clients, cold);
  await load(service.url, clients, between);
  const warm = await load(service.url, clients, seconds);
  await stopped(service);
  return { cold: first, warm };
};

const figures: object[] = [];
const say = (figure: object): void => {
  figures.push(figure);
  process.stdout.write(`${JSON.stringify(figure)}\n`);
};

try {
  for (const variant of options.variants.split(',')) {
    const [a, b] = [await ours(), await theirs(variant, 0)];
    await checkSame(a, b);
    await Promise.all([stopped(a), stopped(b)]);
    for (const loops of numbers(options.busy)) {
      const busy = Array.from({ length: loops }, () =>
        spawn(process.execPath, ['-e', 'for(;;);'], { stdio: 'ignore' }),
      );
      try {
        for (const clients of numbers(options.clients)) {
          const ratios = { cold: [] as number[], warm: [] as number[] };
          for (let pair = 0; pair < Number(options.pairs); pair++) {
            const order = pair % 2 === 0 ? (['headwater', 'peer'] as const) : (['peer', 'headwater'] as const);
            const got: Partial<Record<'headwater' | 'peer', Awaited<ReturnType<typeof measured>>>> = {};
            for (const who of order)
              got[who] = await measured(who === 'headwater' ? ours : () => theirs(variant, loops), clients);
            for (const state of ['cold', 'warm'] as const) {
              const [mine, other] = [got.headwater![state], got.peer![state]];
              ratios[state].push(mine.requests_per_s / other.requests_per_s);
              say({
                what: 'serve-peer',
                variant: `fastapi ${variant}`,
                state,
                clients,
                busy: loops,
                pair,
                load: Number(loadavg()[0]!.toFixed(1)),
                headwater: mine,
                peer: other,
              });
            }
          }
          process.stderr.write(
            `${variant}, ${clients} clients, ${loops} busy loops: ` +
              `${median(ratios.cold).toFixed(2)} times as many requests cold, ` +
              `${median(ratios.warm).toFixed(2)} warm\n`,
          );
        }
      } finally {
        for (const loop of busy) loop.kill();
      }
    }
  }
} finally {
  // After an error some of them are still running.
  for (const service of services) service.kill();
  rmSync(folder, { recursive: true });
}
if (options.json !== undefined)
  writeFileSync(options.json, `[\n${figures.map((figure) => JSON.stringify(figure)).join(',\n')}\n]\n`);
