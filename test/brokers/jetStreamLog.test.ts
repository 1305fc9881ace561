import type { NatsConnection } from '@nats-io/transport-node';
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import { jetStreamLog } from '../../src/brokers/nats/jetStreamLog.js';

/** A stream, and the messages that each of its consumers receives before it is silent. */
const stream = vi.hoisted(() => {
  const state = { first_seq: 1, last_seq: 0 };
  /** Where each consumer begins. */
  const begins: number[] = [];
  const received: number[][] = [];
  /** Messages that were removed one by one. */
  const removed = new Set<number>();
  const failures: Error[] = [];
  /** Who waits for a message, by message. */
  const waits: MockInstance[] = [];
  /** The first message at a position or behind it that was not removed. */
  const stored = (from: number): object | null => {
    for (let seq = from; seq <= state.last_seq; seq++) if (!removed.has(seq)) return { seq };
    return null;
  };
  const open = (begin: number) => {
    const messages = received[begins.push(begin) - 1] ?? [];
    let close: () => void = () => undefined;
    const closed = new Promise<void>((resolve) => (close = resolve));
    return {
      close: () => {
        close();
        return closed;
      },
      [Symbol.asyncIterator]: () => {
        const found = (async function* () {
          for (const seq of messages) yield { seq, data: new Uint8Array([seq]) };
          await closed;
        })();
        return {
          next: () => {
            const next = found.next();
            waits.push(vi.spyOn(next, 'then'));
            return next;
          },
          return: () => found.return(),
        };
      },
    };
  };
  const client = {
    jetstreamManager: () =>
      Promise.resolve({
        streams: {
          info: () => {
            const failure = failures.shift();
            return failure === undefined ? Promise.resolve({ state }) : Promise.reject(failure);
          },
          getMessage: (_: string, { seq }: { readonly seq: number }) => Promise.resolve(stored(seq)),
        },
      }),
    consumers: {
      get: (_: string, { opt_start_seq: begin = 0 }) =>
        Promise.resolve({ consume: () => Promise.resolve(open(begin)) }),
    },
  };
  return { state, begins, received, removed, failures, waits, module: { DeliverPolicy: {}, jetstream: () => client } };
});
vi.mock('../../src/brokers/nats/internal/loadJetStream.js', () => ({
  loadJetStream: () => Promise.resolve(stream.module),
}));

const connection = { getServer: () => 'nats:4222' } as NatsConnection;
const noAnswer = (): Error => Object.assign(new Error('timeout'), { name: 'TimeoutError' });

describe('the messages of a stream', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    for (const list of [stream.begins, stream.received, stream.failures, stream.waits]) list.length = 0;
    stream.removed.clear();
    Object.assign(stream.state, { first_seq: 1, last_seq: 0 });
  });
  afterEach(() => void vi.useRealTimers());

  /** The positions that are read, and how reading ends. */
  const read = (after: number | undefined, once = true) => {
    const positions: number[] = [];
    const log = jetStreamLog({ connection, stream: 'LABELS', after, once });
    const ended = (async () => {
      for await (const { position } of log) positions.push(position);
    })();
    ended.catch(() => undefined);
    return { positions, ended };
  };

  it('are read on by another consumer if one of them does not arrive', async () => {
    stream.state.last_seq = 5;
    stream.received.push([1, 2], [], [3, 4, 5]);
    const { positions, ended } = read(undefined);
    await vi.advanceTimersByTimeAsync(1000);
    expect([positions, stream.begins]).toEqual([[1, 2], [0]]);
    // A server that does not answer is asked again.
    stream.failures.push(noAnswer(), noAnswer());
    await vi.advanceTimersByTimeAsync(15_000);
    await ended;
    expect([positions, stream.begins]).toEqual([
      [1, 2, 3, 4, 5],
      [0, 3, 3],
    ]);
  });

  it('have one consumer while there is nothing more to read', async () => {
    stream.state.last_seq = 3;
    stream.received.push([1, 2], [3]);
    const { positions } = read(undefined);
    await vi.advanceTimersByTimeAsync(0);
    stream.state.last_seq = 2;
    await vi.advanceTimersByTimeAsync(60_000);
    expect([positions, stream.begins]).toEqual([[1, 2], [0]]);
    // Nor does waiting leave anything behind.
    expect(stream.waits.map(({ mock }) => mock.calls.length)).toEqual([1, 1, 1]);
  });

  it('are all read where the last ones were removed', async () => {
    stream.state.last_seq = 4;
    stream.received.push([1, 2]);
    stream.removed.add(3).add(4);
    const { positions, ended } = read(undefined);
    await vi.advanceTimersByTimeAsync(6000);
    await ended;
    expect([positions, stream.begins]).toEqual([[1, 2], [0]]);

    // One that waits for more has one consumer, until there is more.
    stream.received.push([3, 4], [5]);
    stream.removed.clear();
    stream.begins.length = 1;
    stream.state.last_seq = 4;
    const waiting = read(2, false);
    await vi.advanceTimersByTimeAsync(0);
    stream.state.last_seq = 5;
    stream.removed.add(5);
    await vi.advanceTimersByTimeAsync(60_000);
    expect([waiting.positions, stream.begins]).toEqual([
      [3, 4],
      [0, 3],
    ]);
    stream.state.last_seq = 6;
    await vi.advanceTimersByTimeAsync(6000);
    expect(stream.begins).toEqual([0, 3, 5]);
  });

  it('are refused where some were removed before they were read', async () => {
    Object.assign(stream.state, { first_seq: 9, last_seq: 12 });
    await expect(read(5).ended).rejects.toMatchObject({
      code: 'HW_BROKER',
      message: expect.stringContaining(
        'messages 6 to 8 were removed before they were read. Publish the model',
      ) as string,
    });
  });

  it('are refused where the stream was made again, but not while a new leader lacks the last of them', async () => {
    stream.state.last_seq = 4;
    stream.received.push([6]);
    const behind = read(5);
    await vi.advanceTimersByTimeAsync(2000);
    stream.state.last_seq = 6;
    await vi.advanceTimersByTimeAsync(1000);
    await behind.ended;
    expect(behind.positions).toEqual([6]);

    stream.state.last_seq = 4;
    const other = expect(read(5).ended).rejects.toMatchObject({
      code: 'HW_BROKER',
      message: expect.stringContaining('it was read up to message 5, but ends at message 4') as string,
    });
    await vi.advanceTimersByTimeAsync(40_000);
    await other;
  });
});
