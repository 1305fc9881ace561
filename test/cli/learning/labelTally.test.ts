import { describe, expect, it } from 'vitest';
import { LabelTally } from '../../../src/cli/learning/LabelTally.js';
import { tallyLines } from '../../../src/cli/learning/tallyLines.js';

const tallyOf = (labels: number, driftAt: number): LabelTally => {
  const tally = new LabelTally(['A', 'B']);
  for (let i = 0; i < labels; i++) {
    tally.add({ title: `Headline ${i}`, category: 'A', learning: i < driftAt ? 'A' : 'B', before: 'A', loss: 0 });
    if (i === driftAt) tally.markDrift({ before: 0, after: 1 });
  }
  return tally;
};

describe('the curve of labels', () => {
  it('has a bar where drift was noticed', () => {
    expect(tallyLines(tallyOf(40, 20))).toBe(
      [
        'labels: 40',
        'right, learning from each   50.0 %  ██▁│▁',
        'right, without learning    100.0 %  ████',
        'drift (│): errors 0.0 % before, 100.0 % since',
      ].join('\n'),
    );
    expect(tallyLines(tallyOf(40, 20), false)).toContain('##_|_\n');
    expect(tallyLines(tallyOf(40, 50))).not.toContain('drift');
  });

  it('keeps it where neighbours become one', () => {
    const { curve } = tallyOf(900, 450);
    expect(curve.length).toBeLessThanOrEqual(40);
    expect(curve.reduce((sum, { drifts }) => sum + drifts, 0)).toBe(1);
    const before = curve.slice(
      0,
      curve.findIndex(({ drifts }) => drifts === 1),
    );
    expect(before.reduce((sum, { rows }) => sum + rows, 0)).toBeLessThanOrEqual(450);
  });

  it('says when the learning has made the model worse, by more than chance', () => {
    expect(tallyOf(40, 38).worse).toBe(0.5);
    expect(tallyOf(40, 20).worse).toBeLessThan(0.001);
    expect(tallyOf(40, 40).worse).toBeUndefined();
  });
});
