import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { concat, lastValueFrom, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { ReportMade } from '../../../src/sinks/metrics/ReportMade.js';
import { scores } from '../../../src/sinks/metrics/scores.js';
import { tensorboard } from '../../../src/sinks/tensorboard/tensorboard.js';
import { python, pythonHas } from '../../pythonPeer.js';
import { ended, epochEnded, epochStarted, started, step } from '../events.js';

const hasTensorBoard = pythonHas('tensorboard');

/** What TensorBoard's own package makes of a run. */
interface Run {
  readonly curves: Readonly<Record<string, readonly (readonly [step: number, value: number, wallTime: number])[]>>;
  readonly texts: Readonly<Record<string, string>>;
  readonly hyperparameters: Readonly<Record<string, unknown>>;
  readonly status: number;
}

const classes = ['Sci/Tech', 'Sports'];
const confusion = [7, 3, 1, 9];
const report: ReportMade = {
  type: 'report',
  model: 'gru',
  report: { classes, confusion, performance: scores(confusion, classes), accuracy: 0.8, loss: 0.5, rows: 20 },
};

const training$ = concat(
  of(
    started(),
    epochStarted(1),
    step(1, 0, 20, 'gru', 0.75),
    step(1, 1, 20, 'gru', 0.5),
    epochEnded(1, true),
    epochStarted(2),
    step(2, 0, 20, 'gru', 0.25),
    { ...epochEnded(2, false), validationLoss: NaN },
  ),
  of(ended(), report),
);

const read = (
  folder: string,
): { readonly runs: Readonly<Record<string, Run>>; readonly shown: Readonly<Record<string, readonly string[]>> } => {
  const peer = spawnSync(python, [join(import.meta.dirname, 'tensorboardPeer.py'), folder], {
    encoding: 'utf8',
    timeout: 120_000,
  });
  if (peer.status !== 0) throw new Error(`the peer ended with status ${peer.status ?? 'none'}: ${peer.stderr}`);
  // Python writes NaN as it is, which JSON does not know.
  return JSON.parse(peer.stdout.replaceAll('NaN', 'null')) as ReturnType<typeof read>;
};

const run = hasTensorBoard ? describe : describe.skip;

run(
  "TensorBoard's own package reads what tensorboard() " +
    `writes${hasTensorBoard ? '' : ` [skipped: ${python} has no tensorboard; name one that has in HEADWATER_PYTHON]`}`,
  () => {
    it('its curves, its texts, its hyperparameters and how it ended', { timeout: 150_000 }, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'headwater-tensorboard-'));
      try {
        const hyperparameters = { cell: 'gru', lr: 1e-3, 'char-level': false };
        await lastValueFrom(training$.pipe(tensorboard(folder, { hyperparameters })), { defaultValue: undefined });
        const { runs, shown } = read(folder);
        const [[name, found] = ['', undefined]] = Object.entries(runs);
        if (found === undefined) throw new Error('There is no run.');
        expect(name).toMatch(/^gru-\d{8}T\d{6}Z$/);
        const points = (tag: string): unknown => found.curves[tag]?.map(([at, value]) => [at, value]);
        expect(points('loss/step')).toEqual([
          [0, 0.75],
          [1, 0.5],
          [2, 0.25],
        ]);
        expect(points('loss/train')).toEqual([
          [1, Math.fround(0.8123)],
          [2, Math.fround(0.8123)],
        ]);
        expect(points('loss/validation')).toEqual([
          [1, Math.fround(0.9009)],
          [2, null],
        ]);
        expect(points('accuracy/validation')).toEqual([
          [1, 0.625],
          [2, 0.625],
        ]);
        expect(points('learning_rate')).toEqual([
          [1, Math.fround(1e-3)],
          [2, Math.fround(1e-3)],
        ]);
        expect(points('accuracy/test')).toEqual([[4, Math.fround(0.8)]]);
        expect(found.curves['loss/step']?.[0]?.[2]).toBeCloseTo(Date.now() / 1000, -2);
        expect(shown[name]).toEqual(
          expect.arrayContaining([
            'accuracy/validation',
            'learning_rate',
            'loss/step',
            'loss/test',
            'loss/train',
            'loss/validation',
            'macro_f1/validation',
          ]),
        );
        expect(found.texts['configuration']).toContain('| lr | 0\\.001 |');
        expect(found.texts['report/test']).toContain('Sci/Tech');
        expect(found.hyperparameters).toEqual(hyperparameters);
        expect(found.status).toBe(1);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  },
);
