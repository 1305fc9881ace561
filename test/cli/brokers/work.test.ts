import { expect, it } from 'vitest';
import { workFolder } from '../headwater.js';
import { inProcess } from '../inProcess.js';
import { trainTiny } from '../tiny.js';

const cwd = workFolder();

it('works without a broker, from standard input to standard output', async () => {
  await trainTiny(cwd);
  const { status, stdout, stderr } = await inProcess(
    ['work', '--model', `${cwd}/model`],
    'Ferry returns\nRates held\n',
  );
  expect(status).toBe(0);
  const results = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(results).toMatchObject([
    { type: 'classified', id: 'stdin:0', title: 'Ferry returns' },
    { type: 'classified', id: 'stdin:1', title: 'Rates held' },
  ]);
  // Each says which model it is of, and so does the last line.
  const { model } = results[0] ?? {};
  expect(model).toMatch(/^[0-9a-f]{16}$/);
  expect(stderr).toContain(`2 classified  0 delivered again  0 dead letters  model ${String(model).slice(0, 12)}\n`);
}, 60_000);

it('reads a line of standard input as a title or as a JSON object', async () => {
  await trainTiny(cwd);
  const { stdout } = await inProcess(
    ['work', '--model', `${cwd}/model`, '--quiet'],
    'Ferry returns\n{"text": "Rates held"}\n',
  );
  const titles = stdout
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { readonly title: string }).title);
  expect(titles).toEqual(['Ferry returns', 'Rates held']);
}, 60_000);
