import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { workFolder } from '../headwater.js';
import { takeBackLabel } from '../../../src/cli/learning/takeBackLabel.js';
import { inProcess } from '../inProcess.js';
import { CLASSES, trainTiny } from '../tiny.js';
import { describeInTmux, tmuxTerminal } from '../tmux.js';

const cwd = workFolder();
const [FIRST = '', SECOND = ''] = CLASSES;
const file = (name: string): string => join(cwd, name);
const run = (...args: readonly string[]) => inProcess(args);
const jsonLines = (name: string): readonly unknown[] =>
  readFileSync(file(name), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);

beforeAll(async () => {
  // After one epoch its answers are chance, and the temperature says so: its last layer is all but 0, and slow to
  // learn.
  await trainTiny(cwd, '--epochs', '4');
  // Titles of one new word each class, so that there is something to learn.
  writeFileSync(
    file('labels.jsonl'),
    Array.from({ length: 60 }, (_, i) =>
      JSON.stringify({
        title: i % 2 === 0 ? 'goals in the final' : 'ministers vote',
        category: i % 2 === 0 ? SECOND : FIRST,
      }),
    ).join('\n'),
  );
  writeFileSync(file('titles.txt'), 'goals in the final\nministers vote\nshares and profits\nministers vote\n');
});

describe('headwater learn', () => {
  it('saves a model that has learnt from labels, with what it gained', async () => {
    const { status, stdout, stderr } = await run(
      ...['learn', '--model', file('model'), '--labels', file('labels.jsonl'), '--out', file('learnt')],
      ...['--lr', '0.05', '--json'],
    );
    expect([status, stderr.includes('headwater:')]).toEqual([0, false]);
    const said = JSON.parse(stdout) as { rows: number; accuracy: number; accuracyBefore: number };
    expect(said.rows).toBe(60);
    expect(said.accuracy).toBeGreaterThan(said.accuracyBefore);
    const record = JSON.parse(readFileSync(file('learnt/training.json'), 'utf8')) as Record<string, unknown>;
    expect(record['learnt']).toMatchObject({ rows: 60, accuracy: said.accuracy, accuracyBefore: said.accuracyBefore });
    const measured = await run('evaluate', '--model', file('learnt'), '--data', file('labels.jsonl'), '--json');
    const before = await run('evaluate', '--model', file('model'), '--data', file('labels.jsonl'), '--json');
    const f1 = ({ stdout: text }: { readonly stdout: string }): number =>
      (JSON.parse(text) as { overall: { f1: number } }).overall.f1;
    expect(f1(measured)).toBeGreaterThan(f1(before));
    expect((await run('inspect', file('learnt'))).status).toBe(0);
  });

  it('learns a growing file of labels once, and measures on texts that the model has not seen', async () => {
    const label = (title: string, category: string, day: number): string =>
      `${JSON.stringify({ title, category, labelled: `2026-01-0${day}T00:00:00Z`, predicted: FIRST, model: 'm' })}\n`;
    const learn = (model: string, out: string, labels = 'growing.jsonl') =>
      run(...['learn', '--model', file(model), '--labels', file(labels), '--out', file(out), '--json']);
    const first = label('ferries in the fog', FIRST, 1) + label('a late equaliser', SECOND, 2);
    writeFileSync(file('growing.jsonl'), first);
    expect(JSON.parse((await learn('model', 'night1')).stdout)).toMatchObject({ rows: 2, seen: 0, learntBefore: 0 });
    const again = await learn('night1', 'none');
    expect([again.status, again.stderr.includes('There is no new label in')]).toEqual([1, true]);
    // A new label, one of an earlier day that another server kept, and a correction.
    writeFileSync(
      file('growing.jsonl'),
      first + label('a new bridge', FIRST, 3) + label('two red cards', SECOND, 1) + label('a late equaliser', FIRST, 4),
    );
    const second = await learn('night1', 'night2');
    expect(JSON.parse(second.stdout)).toMatchObject({ rows: 2, seen: 1, learntBefore: 1 });
    expect(second.stderr).toContain('left out: 1 labels that the model has learnt before');
    expect(second.stderr).toContain('not measured on: 1 labels of texts that the model has seen before');
    // A table says no times: all of it is learnt again, and nothing of it counts.
    writeFileSync(file('table.csv'), `title,category\nferries in the fog,${FIRST}\n`);
    expect(JSON.parse((await learn('night2', 'night3', 'table.csv')).stdout)).toMatchObject({ rows: 0, seen: 1 });
    expect((await run('inspect', file('night3'))).status).toBe(0);
    expect(JSON.parse(readFileSync(file('night3/training.json'), 'utf8'))).toMatchObject({
      learnt: { until: '2026-01-04T00:00:00Z' },
    });
  });

  it('leaves out labels of unknown classes, tells how many, and saves nothing where no label is left', async () => {
    writeFileSync(file('unknown.jsonl'), '{"title":"rain in april","category":"Weather"}\n');
    const { status, stderr } = await run(
      ...['learn', '--model', file('model'), '--labels', file('unknown.jsonl'), '--out', file('nothing')],
    );
    expect(status).toBe(1);
    expect(stderr).toMatch(/no label to learn from .*--labels.*\[HW_EMPTY\]/);
    writeFileSync(
      file('mixed.jsonl'),
      `{"title":"rain","category":"Weather"}\n{"title":"goals","category":"${FIRST}"}\n`,
    );
    const mixed = await run(
      ...['learn', '--model', file('model'), '--labels', file('mixed.jsonl'), '--out', file('mixed')],
    );
    expect(mixed.status).toBe(0);
    expect(mixed.stderr).toContain('left out: 1 labels of classes that the model does not have');
  });
});

describe('headwater label', () => {
  it('asks on stdin for the least certain headline, keeps each answer, and learns from it', async () => {
    const { status, stdout } = await inProcess(
      ['label', file('titles.txt'), '--model', file('model'), '--labels', file('given.jsonl'), '--out', file('out')],
      `${FIRST}\nnonsense\n1\ns\n`,
    );
    expect(status).toBe(0);
    const kept = jsonLines('given.jsonl');
    expect(kept).toHaveLength(2);
    expect(kept[0]).toMatchObject({ category: FIRST, model: expect.stringMatching(/^[\da-f]{16}$/) as string });
    expect(stdout).toContain('There is no class nonsense.');
    // Three different titles: one is asked for after two answers, and left out.
    expect(stdout).toMatch(/labels: 2, left: 1, right: /);
    expect(stdout).toMatch(/labels: 2\nright, learning from each/);
    expect(JSON.parse(readFileSync(file('out/training.json'), 'utf8'))).toMatchObject({ learnt: { rows: 2 } });
  });

  it('takes answers back: the file, the model and what is asked are as if they had not been given', async () => {
    const session = (name: string, ...answers: readonly string[]) =>
      inProcess(
        [
          ...['label', file('titles.txt'), '--model', file('model')],
          ...['--labels', file(`${name}.jsonl`), '--out', file(name)],
        ],
        answers.map((answer) => `${answer}\n`).join(''),
      );
    const { status, stdout } = await session('undone', 'u', FIRST, SECOND, 'u', 's', 'u', 'u', FIRST, SECOND, 'q');
    expect(status).toBe(0);
    expect(stdout).toContain('There is no answer to take back.');
    expect(stdout.match(/taken back: /g)).toHaveLength(3);
    await session('straight', FIRST, SECOND, 'q');
    const labels = (name: string) =>
      jsonLines(`${name}.jsonl`).map((label) => ({ ...(label as object), labelled: '' }));
    expect(labels('undone')).toEqual(labels('straight'));
    const weights = (name: string) => readFileSync(file(`${name}/model.safetensors`));
    expect(weights('undone').equals(weights('straight'))).toBe(true);
  });

  it('goes on with its file of labels: asks for no headline twice, and ends with the same bytes', async () => {
    const session = (labels: string, out: string, ...answers: readonly string[]) =>
      inProcess(
        [
          ...['label', file('titles.txt'), '--model', file('model')],
          ...['--labels', file(`${labels}.jsonl`), '--out', file(out)],
        ],
        answers.map((answer) => `${answer}\n`).join(''),
      );
    await session('whole', 'whole', FIRST, SECOND, FIRST);
    await session('parts', 'part', FIRST, 'q');
    const { status, stdout, stderr } = await session('parts', 'parts', 'u', SECOND, FIRST);
    expect(status).toBe(0);
    expect(stderr).toContain('parts.jsonl: headlines with a label, which are left out: 1; labels learnt again: 1');
    expect(stdout).toContain('There is no answer to take back.');
    expect(stdout).toMatch(/labels: 1, left: 2, right: /);
    expect(jsonLines('parts.jsonl')).toHaveLength(3);
    const weights = (name: string) => readFileSync(file(`${name}/model.safetensors`));
    expect(weights('parts').equals(weights('whole'))).toBe(true);
    const over = await session('parts', 'over');
    expect([over.status, jsonLines('parts.jsonl').length]).toEqual([0, 3]);
    expect(over.stdout).toMatch(/^Every headline of .*titles\.txt has a label already\./);
  });

  it('leaves lines of other programs in the file where an answer is taken back', async () => {
    const label = { title: 'A', category: FIRST, labelled: '', predicted: FIRST, model: '' };
    writeFileSync(file('shared.jsonl'), `${JSON.stringify(label)}\n{}\n`);
    await expect(takeBackLabel(file('shared.jsonl'), label)).rejects.toMatchObject({ code: 'HW_WRITE' });
    expect(jsonLines('shared.jsonl')).toHaveLength(2);
  });

  it('has nothing to ask where there is no headline', async () => {
    writeFileSync(file('empty.txt'), '\n');
    const { status, stderr } = await run('label', file('empty.txt'), '--model', file('model'));
    expect([status, stderr.includes('There is no headline in')]).toEqual([1, true]);
  });
});

describeInTmux('headwater label in a terminal', () => {
  const terminal = tmuxTerminal(cwd);

  it('takes keys, and Ctrl-C saves what was learnt', async () => {
    terminal.open(['label', 'titles.txt', '--model', 'model', '--labels', 'keys.jsonl', '--out', 'keys']);
    await terminal.until(/labels: 0, left: 3/);
    terminal.press('2');
    await terminal.until(/labels: 1, left: 2, right: /);
    terminal.press('Enter');
    await terminal.until(/labels: 2, left: 1, right: /);
    terminal.press('C-c');
    expect(await terminal.ended()).toBe(130);
    expect(jsonLines('keys.jsonl')).toMatchObject([{ category: SECOND }, {}]);
    expect(JSON.parse(readFileSync(file('keys/training.json'), 'utf8'))).toMatchObject({ learnt: { rows: 2 } });
  });
});
