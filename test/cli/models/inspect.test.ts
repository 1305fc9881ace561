import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { headwater, workFolder } from '../headwater.js';
import { inProcess } from '../inProcess.js';
import { CLASSES, trainTiny } from '../tiny.js';
import { looseCopy } from '../../looseCopy.js';

const cwd = workFolder();

beforeAll(() => trainTiny(cwd));

describe('headwater inspect', () => {
  it('shows what the model is made of, and how well it did', async () => {
    const { status, stdout, stderr } = await headwater(['inspect', 'model'], { cwd });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^model\n/);
    expect(stdout).toMatch(/│ model +│ bidirectional GRU, [\d,]+ parameters/);
    expect(stdout).toMatch(/│ classes +│ Business, Sci\/Tech, Sports, World/);
    expect(stdout).toMatch(/│ test rows +│ F1 \d\.\d{4}, .+ on 59 rows/);
    expect(stdout).toMatch(/│ rnn\.weight_hh_l0_reverse +│ 48 × 16/);
    expect(stdout).not.toContain('\u001b');
  });

  it('escapes what would steer the terminal', async () => {
    const escaping = join(cwd, 'esc\u001b[2Japing');
    looseCopy(join(cwd, 'model'), escaping);
    for (const name of readdirSync(escaping).filter((file) => file.endsWith('.json'))) {
      const file = join(escaping, name);
      writeFileSync(file, readFileSync(file, 'utf8').replaceAll('"World"', '"W\\u001b[31morld"'));
    }
    const { status, stdout, stderr } = await inProcess(['inspect', escaping]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('W\\u001b[31morld');
    expect(stdout).toContain('esc\\u001b[2Japing');
    expect(stdout).not.toContain('\u001b');
  });

  it('writes JSON with --json', async () => {
    const { status, stdout } = await inProcess(['inspect', join(cwd, 'model'), '--json']);
    expect(status).toBe(0);
    const shown = JSON.parse(stdout) as {
      readonly parameters: number;
      readonly weights: readonly { readonly shape: readonly number[] }[];
    };
    expect(shown).toMatchObject({
      directory: join(cwd, 'model'),
      modelId: basename(readlinkSync(join(cwd, 'model/current'))),
      config: JSON.parse(readFileSync(join(cwd, 'model/config.json'), 'utf8')) as unknown,
      classes: CLASSES,
      performance: JSON.parse(readFileSync(join(cwd, 'model/performance.json'), 'utf8')) as unknown,
    });
    expect(shown.parameters).toBe(
      shown.weights.reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0),
    );
  });
});
