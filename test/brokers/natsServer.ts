import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, killAll, untilOpen } from './localServers.js';

/** The server's program: that of `HEADWATER_NATS_SERVER`, or the one on the path. Undefined where there is none. */
export const natsProgram = ((): string | undefined => {
  const program = process.env['HEADWATER_NATS_SERVER'] ?? 'nats-server';
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return program;
  } catch {
    return undefined;
  }
})();

export const NO_NATS = 'nats-server is not installed (Debian: apt install nats-server; or HEADWATER_NATS_SERVER)';

/** Servers that run, one or a cluster of several. */
export interface NatsServers {
  /** Their addresses, with commas between them. */
  readonly url: string;
  /** Kills one at once. */
  kill(index: number): void;
  /** The processes that run. */
  readonly pids: readonly number[];
  /** Starts it again, with what it had stored. */
  start(index: number): Promise<void>;
  stop(): Promise<void>;
}

/** Where servers listen, and where they store what they are given. */
export interface ServerPlaces {
  /** The address. Default 127.0.0.1. */
  readonly host?: string;
  /** A folder that is there. Default: one of their own, which is removed. */
  readonly folder?: string;
}

/** Starts servers with JetStream. */
export const startNats = async (
  count = 1,
  { host = '127.0.0.1', folder: given }: ServerPlaces = {},
): Promise<NatsServers> => {
  if (natsProgram === undefined) throw new Error(NO_NATS);
  const program = natsProgram;
  const folder = given ?? mkdtempSync(join(tmpdir(), 'headwater-nats-'));
  const ports = await Promise.all(Array.from({ length: count }, freePort));
  const routes = await Promise.all(Array.from({ length: count }, freePort));
  const processes: ChildProcess[] = [];
  const start = async (index: number): Promise<void> => {
    const clustered = [
      ...['--cluster_name', 'test', '--cluster', `nats://127.0.0.1:${routes[index]!}`],
      ...['--routes', routes.map((port) => `nats://127.0.0.1:${port}`).join(',')],
    ];
    processes[index] = spawn(
      program,
      [
        ...['-a', host, '-p', String(ports[index]!), '-n', `n${index}`, '-js', '-sd', join(folder, String(index))],
        ...(count === 1 ? [] : clustered),
      ],
      { stdio: 'ignore' },
    );
    await untilOpen(ports[index]!, host);
  };
  await Promise.all(ports.map((_, index) => start(index)));
  return {
    url: ports.map((port) => `nats://${host}:${port}`).join(','),
    start,
    get pids() {
      return processes.flatMap(({ pid }) => pid ?? []);
    },
    kill: (index) => void processes[index]?.kill('SIGKILL'),
    stop: async () => {
      await killAll(processes);
      if (given === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
};
