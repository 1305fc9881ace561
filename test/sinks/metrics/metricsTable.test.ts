import { describe, expect, it } from 'vitest';
import { confusionMatrix } from '../../../src/sinks/metrics/confusionMatrix.js';
import type { Report } from '../../../src/sinks/metrics/metrics.js';
import { metricsTable } from '../../../src/sinks/metrics/metricsTable.js';
import { scores } from '../../../src/sinks/metrics/scores.js';

const reportOf = (classes: readonly string[], truth: readonly number[], predicted: readonly number[]): Report => {
  const confusion = confusionMatrix(truth, predicted, classes.length);
  const performance = scores(confusion, classes);
  return { classes, confusion, performance, accuracy: performance.overall.recall, loss: 0.5314, rows: truth.length };
};

describe('metricsTable', () => {
  it('shows each class, the weighted mean, and who was taken for whom', () => {
    const table = metricsTable(reportOf(['Sports', 'World'], [0, 0, 0, 1, 1], [0, 0, 1, 1, 1]));
    expect(table).toBe(
      [
        '┌──────────┬───────────┬────────┬───────┬─────────┐',
        '│ class    │ precision │ recall │    F1 │ support │',
        '├──────────┼───────────┼────────┼───────┼─────────┤',
        '│ Sports   │     1.000 │  0.667 │ 0.800 │       3 │',
        '│ World    │     0.667 │  1.000 │ 0.800 │       2 │',
        '│ macro    │     0.833 │  0.833 │ 0.800 │       5 │',
        '│ weighted │     0.867 │  0.800 │ 0.800 │       5 │',
        '└──────────┴───────────┴────────┴───────┴─────────┘',
        'accuracy 0.800   loss 0.531   5 rows',
        'always answering the commonest class, Sports, gives: accuracy 0.600, F1 0.450 (macro 0.375)',
        '',
        '┌──────────────────┬────────┬───────┐',
        '│ true \\ predicted │ Sports │ World │',
        '├──────────────────┼────────┼───────┤',
        '│ Sports           │      2 │     1 │',
        '│ World            │      0 │     2 │',
        '└──────────────────┴────────┴───────┘',
      ].join('\n'),
    );
  });

  it('is coloured only when asked, and then says the same', () => {
    const report = reportOf(['Sports', 'World'], [0, 1, 1], [0, 1, 0]);
    const plain = metricsTable(report);
    const colored = metricsTable(report, { colors: true });
    expect(plain).not.toContain('\u001b');
    expect(colored).toContain('\u001b[32m1\u001b[39m');
    expect(colored.replace(/\u001b\[\d+m/g, '')).toBe(plain);
  });

  it('lists the commonest confusions of many classes instead of a matrix', () => {
    const classes = Array.from({ length: 20 }, (_, c) => `topic ${c}`);
    const table = metricsTable(reportOf(classes, [3, 3, 3, 5, 1], [4, 4, 3, 6, 1]));
    expect(table.split('\n').slice(-3)).toEqual([
      'The commonest confusions (the matrix of 20 classes is in the report):',
      '  2 of topic 3 taken for topic 4',
      '  1 of topic 5 taken for topic 6',
    ]);
    expect(metricsTable(reportOf(classes, [3], [3]), { matrixUpTo: 20 })).toContain('true \\ predicted');
    expect(
      metricsTable(reportOf(classes, [3], [3]))
        .split('\n')
        .at(-1),
    ).toBe('  none');
  });

  it('shows control characters in names instead of obeying them', () => {
    const table = metricsTable(reportOf(['\u001b[2J', 'two\nlines'], [0, 1], [0, 1]));
    expect(table).not.toContain('\u001b');
    expect(table).toContain('\\u001b[2J');
    expect(table).toContain('two\\u000alines');
  });

  it('shows a class that is called __proto__, and classes in the order of the encoder', () => {
    const table = metricsTable(reportOf(['b', '__proto__', '1'], [0, 1, 2], [0, 1, 2]));
    const firsts = table.split('\n').map((line) => line.split('│')[1]?.trim());
    expect(firsts.slice(3, 8)).toEqual(['b', '__proto__', '1', 'macro', 'weighted']);
  });

  it('says so when there were no rows', () => {
    expect(metricsTable({ ...reportOf(['a'], [], []), loss: NaN })).toContain('No rows were evaluated.');
  });
});
