import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildProgram } from '../../../src/cli/program.js';
import { ERROR_EXPLANATIONS } from '../../../src/cli/process/errorExplanations.js';
import { root } from '../../docs/fences.js';
import { inProcess } from '../inProcess.js';

describe('headwater explain', () => {
  it('prints meaning, causes, cures and exit status of a code', async () => {
    const { stdout, status } = await inProcess(['explain', 'HW_COLUMNS']);
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^HW_COLUMNS: .*\n\nCauses\n {2}- .*\n\nWhat to do\n {2}- .*\n\nExit status of the command: 2\n$/s,
    );
  });

  it('lists every code, also as JSON', async () => {
    const codes = [
      ...readFileSync(join(root, 'src/contracts/HeadwaterError.ts'), 'utf8').matchAll(/^ {2}\| '(HW_\w+)'/gm),
    ].map(([, code]) => code);
    expect(codes.length).toBeGreaterThan(20);
    expect(
      (await inProcess(['explain'])).stdout
        .trim()
        .split('\n')
        .map((line) => line.split(' ')[0]),
    ).toEqual(codes);
    expect(Object.keys(JSON.parse((await inProcess(['explain', '--json'])).stdout) as object)).toEqual(codes);
  });

  it.each(['[HW_COLUMNS]', 'hw_columns', 'columns', ' HW_COLUMNS '])(
    'takes a code as people write it: %s',
    async (code) => {
      const { stdout, status } = await inProcess(['explain', code]);
      expect(stdout).toMatch(/^HW_COLUMNS: /);
      expect(status).toBe(0);
    },
  );

  it('refuses a code that there is not', async () => {
    const { status, stderr } = await inProcess(['explain', 'HW_NOTHING']);
    expect(status).toBe(2);
    expect(stderr).toContain('HW_NOTHING');
  });

  it('names only options and commands that the command has', async () => {
    const { commands } = await buildProgram([], process, () => undefined);
    const names = commands.map((command) => command.name());
    const loaded = await Promise.all(
      names.map(async (name) => (await buildProgram([name], process, () => undefined)).commands),
    );
    const options = ['--help', ...loaded.flat().flatMap((one) => one.options.map(({ long }) => long))];
    const text = JSON.stringify(ERROR_EXPLANATIONS);
    for (const [flag] of text.matchAll(/--[a-z-]+/g)) expect(options).toContain(flag);
    for (const [, name] of text.matchAll(/headwater ([a-z]+)/g)) expect(names).toContain(name);
  });
});
