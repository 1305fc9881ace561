import { expect, it } from 'vitest';
import { BatchSize } from '../../../src/brokers/kafka/internal/BatchSize.js';

const MOST = 2048;

it('starts small and doubles while full batches are fast, up to the largest', () => {
  const batch = new BatchSize(MOST);
  const sizes = Array.from({ length: 8 }, () => {
    const { size } = batch;
    batch.wrote(size, 5);
    return size;
  });
  expect(sizes).toEqual([64, 128, 256, 512, 1024, 2048, 2048, 2048]);
});

it('does not grow by batches that are not full', () => {
  const batch = new BatchSize(MOST);
  batch.wrote(63, 5);
  expect(batch.size).toBe(64);
});

it('shrinks so that the next batch takes two seconds, and then stays', () => {
  const batch = new BatchSize(MOST);
  batch.wrote(64, 8000);
  expect(batch.size).toBe(16);
  batch.wrote(16, 2000);
  expect(batch.size).toBe(16);
});

it('halves when a batch fails, and is never below one', () => {
  const batch = new BatchSize(3);
  expect(batch.size).toBe(3);
  const sizes = [1, 2, 3].map(() => {
    batch.failed();
    return batch.size;
  });
  expect(sizes).toEqual([1, 1, 1]);
  batch.wrote(1, 60_000);
  expect(batch.size).toBe(1);
  batch.wrote(1, 5);
  expect(batch.size).toBe(2);
});
