import type { RunCommand } from './runCommand.js';

/** A program that a set-up needs. */
export type ToolName = 'python3' | 'pip' | 'compiler' | 'make' | 'npm' | 'tar';

/** A program that was found. */
export interface Tool {
  readonly name: ToolName;
  readonly version: string;
}

/** A program that was not found, or cannot be used. */
export interface MissingTool {
  readonly name: ToolName;
  /** What is missing. */
  readonly problem: string;
  /** What to do about it. */
  readonly remedy: string;
}

interface Search {
  readonly command: string;
  readonly args: readonly string[];
  readonly what: string;
  readonly remedy: string;
  /** The oldest supported version. */
  readonly least?: string | undefined;
  /** What to do if the version is too old; default: the remedy, adapted to an update. */
  readonly update?: string | undefined;
}

/**
 * The C++ compiler and its arguments: the words of the variable CXX, or else `g++`. An empty variable counts as not
 * set.
 */
export const compiler = (
  env: Readonly<Record<string, string | undefined>> = process.env,
): readonly [command: string, ...words: string[]] => {
  const [command = 'g++', ...words] = (env['CXX'] ?? '').split(/\s+/).filter((word) => word !== '');
  return [command, ...words];
};

const SEARCHES: Readonly<Record<Exclude<ToolName, 'compiler'>, Search>> = {
  python3: {
    command: 'python3',
    args: ['--version'],
    what: 'Python 3',
    remedy: 'Install it (Debian and Ubuntu: apt-get install python3), and see that python3 is on the PATH.',
    least: '3.8',
  },
  pip: {
    command: 'python3',
    args: ['-m', 'pip', '--version'],
    what: 'pip, the package installer of Python,',
    remedy: 'Install it (Debian and Ubuntu: apt-get install python3-pip; elsewhere: python3 -m ensurepip --upgrade).',
    least: '22.2',
    update: 'Update it (python3 -m pip install --upgrade pip).',
  },
  make: {
    command: 'make',
    args: ['--version'],
    what: 'make',
    remedy: 'Install it (Debian and Ubuntu: apt-get install make).',
  },
  npm: {
    command: 'npm',
    args: ['--version'],
    what: 'npm',
    remedy: 'Install it: it comes with Node from nodejs.org (Debian and Ubuntu: apt-get install npm).',
    least: '7',
  },
  tar: {
    command: 'tar',
    args: ['--version'],
    what: 'tar',
    remedy: 'Install it (Debian and Ubuntu: apt-get install tar).',
  },
};

const searchFor = (name: ToolName): Search => {
  if (name !== 'compiler') return SEARCHES[name];
  const [command, ...words] = compiler();
  return {
    command,
    args: [...words, '--version'],
    what: 'A C++ compiler',
    remedy: 'Install one (Debian and Ubuntu: apt-get install g++), or name one in the variable CXX.',
  };
};

/** Compares versions by their numbers, from the left. */
export const isOlder = (version: string, least: string): boolean =>
  version.localeCompare(least, 'en', { numeric: true }) < 0;

/** Looks for one program; the signal aborts it. */
export const findTool = async (name: ToolName, run: RunCommand, signal: AbortSignal): Promise<Tool | MissingTool> => {
  const { command, args, what, remedy, least, update } = searchFor(name);
  const ended = await run(command, args, { signal });
  if (ended?.status !== 0) return { name, problem: `${what} is not there.`, remedy };
  const version = /(?<!\d)\d+(\.\d+)+/.exec(ended.stdout + ended.stderr)?.[0] ?? 'unknown';
  if (least !== undefined && isOlder(version, least))
    return {
      name,
      problem: `${what} is of version ${version}, which is too old: ${least} is needed.`,
      remedy: update ?? remedy.replace('Install', 'Update'),
    };
  return { name, version };
};

/** Looks for programs concurrently, because each check is a process that mostly waits. */
export const findTools = (
  names: readonly ToolName[],
  run: RunCommand,
  signal: AbortSignal,
): Promise<readonly (Tool | MissingTool)[]> => Promise.all(names.map((name) => findTool(name, run, signal)));

/** A GPU by the name that its driver gives. */
export interface Gpu {
  readonly name: string;
  readonly driver: string;
}

/** The NVIDIA GPUs that the driver reports; empty if there is no driver. */
export const findGpus = async (run: RunCommand, signal: AbortSignal): Promise<readonly Gpu[]> => {
  const ended = await run('nvidia-smi', ['--query-gpu=name,driver_version', '--format=csv,noheader'], { signal });
  if (ended?.status !== 0) return [];
  return ended.stdout
    .trim()
    .split('\n')
    .filter((line) => line.includes(','))
    .map((line) => {
      const at = line.lastIndexOf(',');
      return { name: line.slice(0, at).trim(), driver: line.slice(at + 1).trim() };
    });
};
