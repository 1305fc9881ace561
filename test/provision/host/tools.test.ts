import { afterEach, describe, expect, it, vi } from 'vitest';
import type { RunCommand } from '../../../src/provision/host/runCommand.js';
import { findGpus, findTools, type ToolName } from '../../../src/provision/host/tools.js';

afterEach(() => {
  vi.unstubAllEnvs();
});

const { signal } = new AbortController();

describe('the compiler that is looked for', () => {
  it.each([
    [undefined, 'g++ --version'],
    ['', 'g++ --version'],
    ['  ', 'g++ --version'],
    ['clang++', 'clang++ --version'],
    ['ccache g++', 'ccache g++ --version'],
    [' g++  -m64', 'g++ -m64 --version'],
  ])('where CXX is %j is run as %j', async (value, line) => {
    vi.stubEnv('CXX', value);
    const run = vi.fn<RunCommand>(() =>
      Promise.resolve({ status: 0, stdout: 'g++ (Debian 12.2.0-14) 12.2.0', stderr: '' }),
    );
    expect(await findTools(['compiler'], run, signal)).toEqual([{ name: 'compiler', version: '12.2.0' }]);
    const [command, args] = run.mock.calls[0] ?? [];
    expect([command, ...(args ?? [])].join(' ')).toBe(line);
  });
});

it('a pip that is too old is updated by itself, which the packages of a system would not do', async () => {
  const run: RunCommand = () => Promise.resolve({ status: 0, stdout: 'pip 20.0.2 from somewhere', stderr: '' });
  expect(await findTools(['pip'], run, signal)).toMatchObject([
    { remedy: 'Update it (python3 -m pip install --upgrade pip).' },
  ]);
});

it('the signal reaches every program that is run', async () => {
  const run = vi.fn<RunCommand>(() => Promise.resolve(undefined));
  const names: readonly ToolName[] = ['python3', 'pip', 'compiler', 'make', 'npm', 'tar'];
  await findTools(names, run, signal);
  await findGpus(run, signal);
  expect(run.mock.calls.map(([, , options]) => options?.signal)).toEqual(Array.from({ length: 7 }, () => signal));
});
