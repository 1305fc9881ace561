import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ObjectStore } from '@nats-io/obj';
import { readObject } from '../../src/brokers/nats/internal/readObject.js';
import { isTemporary } from '../../src/brokers/nats/internal/whileElecting.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** An object whose parts come as they are enqueued. */
const object = () => {
  const cancelled = vi.fn();
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const data = new ReadableStream<Uint8Array>({ start: (given) => void (controller = given), cancel: cancelled });
  const get = () => Promise.resolve({ data, error: Promise.resolve(null) } as never);
  return { cancelled, store: { get } satisfies Pick<ObjectStore, 'get'>, parts: () => controller! };
};

it('reads the parts of an object, however long all of them take', async () => {
  const { store, parts } = object();
  const reading = readObject(store, 'a');
  for (const part of [1, 2, 3]) {
    await vi.advanceTimersByTimeAsync(8000);
    parts().enqueue(Uint8Array.of(part));
  }
  parts().close();
  expect(Array.from((await reading) ?? [])).toEqual([1, 2, 3]);
});

it('fails when no part comes, so that the object can be read again', async () => {
  const { store, parts, cancelled } = object();
  const failed = readObject(store, 'a').then(
    () => undefined,
    (error: unknown) => error,
  );
  await vi.advanceTimersByTimeAsync(0);
  parts().enqueue(Uint8Array.of(1));
  await vi.advanceTimersByTimeAsync(20_000);
  expect(isTemporary(await failed)).toBe(true);
  expect(cancelled).toHaveBeenCalledTimes(1);
});

it('tells an object that is not there', async () => {
  expect(await readObject({ get: () => Promise.resolve(null) }, 'a')).toBeUndefined();
});
