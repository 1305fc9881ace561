import type { ObjectStore } from '@nats-io/obj';
import { asyncScheduler, firstValueFrom, from, type SchedulerLike, timeout } from 'rxjs';

/** After so many milliseconds without a part of an object, reading fails. */
const QUIET_MS = 10_000;

/**
 * The content of an object; undefined if there is none.
 *
 * The client itself waits for ever if the server fails that sends it the parts. Here this is a `TimeoutError`, after
 * which the object can be read again.
 */
export const readObject = async (
  objects: Pick<ObjectStore, 'get'>,
  name: string,
  scheduler: SchedulerLike = asyncScheduler,
): Promise<Uint8Array | undefined> => {
  const found = await objects.get(name);
  if (found === null) return undefined;
  // The reader fails with the same error.
  found.error.catch(() => undefined);
  const reader = found.data.getReader();
  const parts: Uint8Array[] = [];
  try {
    for (;;) {
      const { done, value } = await firstValueFrom(from(reader.read()).pipe(timeout({ first: QUIET_MS, scheduler })));
      if (done) return Buffer.concat(parts);
      parts.push(value);
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
};
