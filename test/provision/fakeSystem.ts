import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { HostSystem } from '../../src/provision/host/HostSystem.js';
import type { Finished, RunCommand } from '../../src/provision/host/runCommand.js';

const ended = (stdout = '', status = 0, stderr = ''): Finished => ({ status, stdout, stderr });

/** A command under the name that the tests know it by. */
export type FakeCommand =
  | 'python3'
  | 'pip'
  | 'index'
  | 'download'
  | 'g++'
  | 'make'
  | 'npm'
  | 'pack'
  | 'tar'
  | 'find node-gyp'
  | 'node-gyp'
  | 'trial'
  | 'nvidia-smi';

const nameOf = (command: string, args: readonly string[]): FakeCommand => {
  const line = args.join(' ');
  if (command === 'python3')
    return line.startsWith('-m pip install')
      ? 'index'
      : line.startsWith('-m pip download')
        ? 'download'
        : line.startsWith('-m pip')
          ? 'pip'
          : 'python3';
  if (command === 'npm') return args[0] === 'pack' ? 'pack' : args[0] === 'exec' ? 'find node-gyp' : 'npm';
  if (command === process.execPath) return line.includes('rebuild') ? 'node-gyp' : 'trial';
  return command as FakeCommand;
};

const after = (args: readonly string[], flag: string): string => args[args.indexOf(flag) + 1] ?? '';

/**
 * What a command does in place of what it does usually: ends so, is not there (undefined), or something of the test's.
 */
export type Instead = Finished | undefined | ((args: readonly string[]) => Finished | undefined);

export interface FakeSystem extends HostSystem {
  /** The commands that were run, in their order, those that only look for a tool left out. */
  readonly ran: FakeCommand[];
  /** What was put into the environment of each command when it was last run. */
  readonly environments: Map<FakeCommand, Readonly<Record<string, string>>>;
  /** What commands do instead, from now on. */
  readonly instead: Map<FakeCommand, Instead>;
}

/**
 * A machine on which all is well: an index with wheels, a registry with the package, and tools that do nothing but
 * leave files behind.
 */
export const fakeSystem = (
  wheels: Readonly<Record<string, string>>,
  tarball: string,
  own: Partial<Pick<HostSystem, 'platform' | 'arch' | 'glibc' | 'free'>> = {},
): FakeSystem => {
  const ran: FakeCommand[] = [];
  const instead = new Map<FakeCommand, Instead>();
  const environments = new Map<FakeCommand, Readonly<Record<string, string>>>();
  const wheelOf = (requirement: string): string =>
    wheels[(/^[\w-]+/.exec(requirement)?.[0] ?? '').replaceAll('_', '-')] ?? '';

  const usual = (name: FakeCommand, args: readonly string[]): Finished => {
    switch (name) {
      case 'python3':
        return ended('Python 3.11.7');
      case 'pip':
        return ended('pip 25.1 from somewhere');
      case 'g++':
        return ended('g++ (Debian 12.2.0-14) 12.2.0');
      case 'make':
        return ended('GNU Make 4.3');
      case 'npm':
        return ended('10.8.2');
      case 'nvidia-smi':
        return ended('NVIDIA H100 80GB HBM3, 570.86.15\n');
      case 'index': {
        const path = wheelOf(args.at(-1) ?? '');
        const [project = '', version = ''] = basename(path).split('-');
        const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex');
        const install = [
          {
            download_info: { url: `https://example.org/${basename(path)}`, archive_info: { hashes: { sha256 } } },
            metadata: { name: project, version },
          },
        ];
        writeFileSync(after(args, '--report'), JSON.stringify({ install }));
        return ended();
      }
      case 'download': {
        const path = wheelOf(readFileSync(after(args, '-r'), 'utf8'));
        mkdirSync(after(args, '--dest'), { recursive: true });
        cpSync(path, join(after(args, '--dest'), basename(path)));
        return ended();
      }
      case 'pack':
        cpSync(tarball, join(after(args, '--pack-destination'), 'tensorflow-tfjs-node-gpu-4.22.0.tgz'));
        return ended();
      case 'tar': {
        if (args[0] === '--version') return ended('tar (GNU tar) 1.34');
        const folder = join(after(args, '-C'), 'package/dist');
        mkdirSync(folder, { recursive: true });
        for (const file of ['nodejs_kernel_backend.js', 'register_all_kernels.js'])
          writeFileSync(join(folder, file), '');
        return ended();
      }
      case 'find node-gyp':
        return ended('/somewhere/node-gyp.js\n');
      case 'node-gyp': {
        const folder = (args.find((arg) => arg.startsWith('--module_path=')) ?? '').slice('--module_path='.length);
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, 'tfjs_binding.node'), 'a binding');
        return ended();
      }
      case 'trial':
        return ended(`${JSON.stringify({ libtensorflow: '2.21.0', device: 'cpu' })}\n`);
    }
  };

  const run: RunCommand = async (command, args, { env = {}, signal, onLine } = {}) => {
    signal?.throwIfAborted();
    const name = nameOf(command, args);
    if (!args.includes('--version') && name !== 'nvidia-smi') ran.push(name);
    environments.set(name, env);
    if (name === 'download') onLine?.('Progress 500 of 1000');
    await Promise.resolve();
    if (!instead.has(name)) return usual(name, args);
    const other = instead.get(name);
    return typeof other === 'function' ? other(args) : other;
  };
  return {
    platform: 'linux',
    arch: 'x64',
    glibc: '2.36',
    free: (folder) => Promise.resolve(dirname(folder) === '' ? 0 : 1e12),
    ...own,
    run,
    ran,
    environments,
    instead,
  };
};

/** How a command fails that says why. */
export const failing = (stderr: string): Finished => ended('', 1, stderr);
