import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { expect, it } from 'vitest';
import { describeWithShared, goldenDir, readGolden } from '../../shared.js';
import { afterBackend, headwater, workFolder } from '../headwater.js';
import { inProcess } from '../inProcess.js';

const cwd = workFolder();
const model = join(goldenDir, 'seed_gru');

interface Predictions {
  readonly classes: readonly string[];
  readonly cases: readonly { readonly title: string; readonly probabilities: readonly number[] }[];
}

describeWithShared("PyTorch's own artifacts, without a config.json", () => {
  const { classes, cases } = readGolden('seed_gru/predictions.json') as Predictions;
  const mostProbable = (probabilities: readonly number[]): string =>
    classes[probabilities.indexOf(Math.max(...probabilities))] ?? '';

  it("predict gives PyTorch's probabilities", async () => {
    const { status, stdout } = await headwater(['predict', '--model', model, '--format', 'jsonl'], {
      cwd,
      input: cases.map(({ title }) => title).join('\n'),
    });
    expect(status).toBe(0);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map(
        (line) =>
          JSON.parse(line) as {
            readonly title: string;
            readonly class: string;
            readonly probabilities: Readonly<Record<string, number>>;
          },
      );
    expect(lines.map(({ title }) => title)).toEqual(cases.map(({ title }) => title));
    expect(lines.map((line) => line.class)).toEqual(cases.map(({ probabilities }) => mostProbable(probabilities)));
    const strays = lines.flatMap((line, i) =>
      classes.map((name, c) => Math.abs((line.probabilities[name] ?? NaN) - (cases[i]?.probabilities[c] ?? NaN))),
    );
    expect(Math.max(...strays)).toBeLessThan(1e-4);
  });

  it('evaluate measures them: all right where the labels are those of PyTorch', async () => {
    writeFileSync(
      join(cwd, 'cases.csv'),
      stringify([
        ['title', 'category'],
        ...cases.map(({ title, probabilities }) => [title, mostProbable(probabilities)]),
      ]),
    );
    const { status, stdout } = await headwater(['evaluate', '--model', model, '--data', 'cases.csv', '--json'], {
      cwd,
    });
    expect(status).toBe(0);
    expect((JSON.parse(stdout) as { readonly overall: unknown }).overall).toEqual({
      precision: 1,
      recall: 1,
      f1: 1,
      num_samples: cases.length,
    });
  });

  it('inspect infers what the model is made of, and knows of no performance', async () => {
    const text = await headwater(['inspect', model], { cwd });
    expect(text.status).toBe(0);
    expect(text.stdout).toMatch(/│ model +│ bidirectional GRU, 702,744 parameters/);
    expect(text.stdout).toMatch(/│ test rows +│ not measured/);
    expect(afterBackend(text.stderr)).toBe('');
    const { stdout } = await inProcess(['inspect', model, '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ config: { cell: 'gru', bidirectional: true }, performance: null });
  });
});
