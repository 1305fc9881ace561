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

it('grows though each batch is slow, if smaller ones are not faster', () => {
  const batch = new BatchSize(MOST);
  const sizes = Array.from({ length: 8 }, () => {
    const { size } = batch;
    batch.wrote(size, 3000);
    return size;
  });
  expect(sizes).toEqual([64, 42, 84, 168, 336, 672, 1344, 2048]);
});

it('grows again after failures, though each batch is slow', () => {
  const batch = new BatchSize(MOST);
  for (let failures = 0; failures < 10; failures++) batch.failed();
  expect(batch.size).toBe(1);
  for (let written = 0; written < 20; written++) batch.wrote(batch.size, 3000);
  expect(batch.size).toBe(MOST);
});

it.each([5, 1500, 2500, 3000])('grows again after a pause, if each batch takes %s ms', (ms) => {
  const batch = new BatchSize(MOST);
  batch.wrote(1, ms);
  batch.wrote(2, 5000 + ms);
  expect(batch.size).toBe(1);
  for (let written = 0; written < 30; written++) batch.wrote(batch.size, ms);
  expect(batch.size).toBe(MOST);
});

it('stays near the size for a low quota', () => {
  const batch = new BatchSize(MOST);
  const times = Array.from({ length: 100 }, () => {
    const ms = 200 * batch.size;
    batch.wrote(batch.size, ms);
    return ms;
  });
  expect(Math.max(...times.slice(1))).toBeLessThan(6000);
  expect(times.filter((ms) => ms > 2000).length).toBeLessThan(15);
});

it('finds the size for a quota, also if every batch takes a second besides', () => {
  const batch = new BatchSize(MOST);
  const times = Array.from({ length: 100 }, () => {
    const ms = 1000 + 12 * batch.size;
    batch.wrote(batch.size, ms);
    return ms;
  });
  expect(Math.max(...times)).toBeLessThan(5000);
  expect(Math.min(...times.slice(4))).toBeGreaterThan(2000);
});

it('does not come near the timeout of a transaction', () => {
  const batch = new BatchSize(MOST);
  for (let written = 0; written < 10; written++) batch.wrote(batch.size, 7000);
  expect(batch.size).toBe(1);
});
