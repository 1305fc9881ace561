import { Subject } from 'rxjs';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { StoredModel } from '../../../src/brokers/models/PublishedModels.js';
import { fetchPublished } from '../../../src/cli/brokers/fetchPublished.js';
import { HeadwaterError } from '../../../src/contracts/HeadwaterError.js';

const MODEL: StoredModel = { id: 'a', files: [], others: [], about: undefined };
const missing = () => new HeadwaterError('HW_ARTIFACT', 'The file a is missing.');
const away = () => new HeadwaterError('HW_BROKER', 'There is no server.');

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Fetches a model of a store that has these errors first. */
const fetching = (errors: HeadwaterError[]) => {
  let isReplaced = false;
  const replaced$ = new Subject<void>();
  const seen: string[] = [];
  let attempts = 0;
  const fetch = () => {
    attempts += 1;
    const error = errors.shift();
    return error === undefined ? Promise.resolve(new Map<string, Uint8Array>()) : Promise.reject(error);
  };
  fetchPublished({ fetch }, MODEL, {
    isReplaced: () => isReplaced,
    replaced$,
    refused: () => seen.push('refused'),
  }).subscribe({ next: () => seen.push('files'), complete: () => seen.push('end') });
  const replace = (): void => {
    isReplaced = true;
    replaced$.next();
  };
  return { seen, replace, attempts: () => attempts };
};

it('takes a model whose files come late, and says once that they are missing', async () => {
  const { seen } = fetching([away(), missing(), away(), ...Array.from({ length: 5 }, missing)]);
  await vi.advanceTimersByTimeAsync(4500);
  expect(seen).toEqual(['refused']);
  await vi.advanceTimersByTimeAsync(240_000);
  expect(seen).toEqual(['refused', 'files', 'end']);
});

it('leaves a model that a newer one replaces, but not while its files are on their way', async () => {
  const { seen, replace, attempts } = fetching(Array.from({ length: 9 }, missing));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(attempts()).toBe(3);
  replace();
  expect(seen).toEqual(['refused', 'end']);

  const other = fetching([]);
  other.replace();
  await vi.advanceTimersByTimeAsync(0);
  expect(other.seen).toEqual(['files', 'end']);
});
