import type { NatsConnection } from '@nats-io/transport-node';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { jetStreamModels } from '../../src/brokers/nats/jetStreamModels.js';
import { modelFiles } from './modelStoreChecks.js';

interface Stored {
  readonly value: Uint8Array;
  readonly revision: number;
  readonly created: Date;
}

/** A bucket whose watchers are told nothing, and whose answers can be lost. */
const bucket = vi.hoisted(() => {
  const entries = new Map<string, Stored>();
  const objects = new Map<string, Uint8Array>();
  /** How many of the next requests get no answer, by request. A request to write is carried out all the same. */
  const lost = { get: 0, put: 0, putBlob: 0, open: 0 };
  const answer = <T>(request: keyof typeof lost, value: T): Promise<T> =>
    lost[request]-- > 0
      ? Promise.reject(Object.assign(new Error('timeout'), { name: 'TimeoutError' }))
      : Promise.resolve(value);
  let revisions = 0;
  const names = {
    get: (name: string) => {
      const entry = entries.get(name);
      return answer('get', entry === undefined ? null : { ...entry, operation: 'PUT' });
    },
    put: (name: string, value: Uint8Array, { previousSeq }: { readonly previousSeq: number }) => {
      if ((entries.get(name)?.revision ?? 0) !== previousSeq)
        return Promise.reject(Object.assign(new Error('wrong last sequence'), { code: 10_071 }));
      entries.set(name, { value, revision: (revisions += 1), created: new Date() });
      return answer('put', revisions);
    },
    watch: () =>
      Promise.resolve({
        stop: () => undefined,
        [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined) }),
      }),
  };
  const files = {
    putBlob: ({ name }: { readonly name: string }, bytes: Uint8Array) => {
      objects.set(name, bytes);
      return answer('putBlob', undefined);
    },
    delete: () => Promise.resolve(),
  };
  const opens = <T>(what: T) =>
    class {
      open = () => answer('open', what);
      create = () => answer('open', what);
    };
  return { entries, lost, clients: { Kvm: opens(names), Objm: opens(files) } };
});
vi.mock('../../src/brokers/nats/internal/needsNats.js', () => ({ needsNats: () => Promise.resolve(bucket.clients) }));

const open = () => jetStreamModels({ connection: {} as NatsConnection, bucket: 'MODELS' });

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('asks for the models of a name, because a server that failed tells nothing more', async () => {
  const store = open();
  const seen: string[] = [];
  const watching = store.published('news').subscribe(({ inUse }) => seen.push(inUse.id));
  const first = await store.publish('news', { files: modelFiles('a') });
  await vi.advanceTimersByTimeAsync(11_000);
  expect(seen).toEqual([first.inUse.id]);
  const second = await store.publish('news', { files: modelFiles('b') });
  bucket.lost.get = 3;
  await vi.advanceTimersByTimeAsync(11_000);
  expect(seen).toEqual([first.inUse.id, second.inUse.id]);
  watching.unsubscribe();
});

it('publishes a model though answers of the servers are lost', async () => {
  Object.assign(bucket.lost, { open: 2, get: 1, put: 1, putBlob: 2 });
  const publishing = open().publish('other', { files: modelFiles('a') });
  await vi.advanceTimersByTimeAsync(10_000);
  const { inUse, revision } = await publishing;
  expect(bucket.entries.get('other')?.revision).toBe(revision);
  expect((await open().current('other'))?.inUse).toEqual(inUse);
});

it('takes no older model from a server that lags, but the first of a bucket that was made again', async () => {
  const store = open();
  const seen: string[] = [];
  const watching = store.published('late').subscribe(({ inUse }) => seen.push(inUse.id));
  const publish = async (content: string): Promise<readonly [string, Stored]> => {
    const { inUse } = await store.publish('late', { files: modelFiles(content) });
    // What was just published is there.
    const entry = bucket.entries.get('late')!;
    await vi.advanceTimersByTimeAsync(6000);
    return [inUse.id, entry];
  };
  const [[first, older], [second]] = [await publish('a'), await publish('b')];
  bucket.entries.set('late', older);
  await vi.advanceTimersByTimeAsync(11_000);
  expect(seen).toEqual([first, second]);

  bucket.entries.set('late', { ...older, created: new Date() });
  await vi.advanceTimersByTimeAsync(11_000);
  expect(seen).toEqual([first, second, first]);
  watching.unsubscribe();
});
