import { describe, expect, it } from 'vitest';
import { OffsetTracker } from '../../../src/brokers/kafka/internal/offsets/OffsetTracker.js';

describe('the letters of a partition', () => {
  it('keep the order of the messages, whatever the order in which these were given up', () => {
    const tracker = new OffsetTracker<string>();
    for (const offset of [0n, 1n, 2n]) tracker.take(offset);
    tracker.giveUp(1n, 'one');
    expect(tracker.firstLetters).toEqual([]);
    tracker.giveUp(0n, 'zero');
    expect(tracker.firstLetters).toEqual(['zero', 'one']);
    expect(tracker.lettersBefore(1n)).toEqual(['zero']);
    tracker.giveUp(2n, 'two');
    // The offset of the last one is committed, and with it those of all earlier messages.
    expect(tracker.firstLetters).toEqual(['zero', 'one', 'two']);
  });
});
