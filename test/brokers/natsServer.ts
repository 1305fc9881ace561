import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect as connectSocket, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

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

/** A port of this machine that nobody listens on. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error()),
      );
    });
  });

/** Waits until somebody listens there. */
export const untilOpen = async (port: number): Promise<void> => {
  for (let tries = 0; tries < 600; tries++) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connectSocket(port, '127.0.0.1');
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`nobody listens on port ${port}`);
};

/** Servers that run, one or a cluster of several. */
export interface NatsServers {
  /** Their addresses, with commas between them. */
  readonly url: string;
  /** Kills one at once. */
  kill(index: number): void;
  /** Starts it again, with what it had stored. */
  start(index: number): Promise<void>;
  stop(): Promise<void>;
}

/** Starts servers with JetStream, which store what they are given in a folder of their own. */
export const startNats = async (count = 1): Promise<NatsServers> => {
  if (natsProgram === undefined) throw new Error(NO_NATS);
  const program = natsProgram;
  const folder = mkdtempSync(join(tmpdir(), 'headwater-nats-'));
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
        ...[
          '-a',
          '127.0.0.1',
          '-p',
          String(ports[index]!),
          '-n',
          `n${index}`,
          '-js',
          '-sd',
          join(folder, String(index)),
        ],
        ...(count === 1 ? [] : clustered),
      ],
      { stdio: 'ignore' },
    );
    await untilOpen(ports[index]!);
  };
  await Promise.all(ports.map((_, index) => start(index)));
  return {
    url: ports.map((port) => `nats://127.0.0.1:${port}`).join(','),
    start,
    kill: (index) => void processes[index]?.kill('SIGKILL'),
    stop: async () => {
      await Promise.all(
        processes.map(async (child) => {
          if (child.exitCode !== null || child.signalCode !== null) return;
          const exited = once(child, 'exit');
          child.kill('SIGKILL');
          await exited;
        }),
      );
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
