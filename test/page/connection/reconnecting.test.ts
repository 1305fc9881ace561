import { type Observable, tap } from 'rxjs';
import { describe, expect, it } from 'vitest';
import {
  type Connection,
  connectionAfter,
  connectionAt,
  describeConnection,
} from '../../../src/page/connection/connection.js';
import { clockAhead, lagOf } from '../../../src/page/elements/lag.js';
import {
  type Opened,
  reconnecting,
  type ServerSent,
  type StreamNews,
  TokenWanted,
} from '../../../src/page/connection/reconnecting.js';
import { runMarbles } from '../../../src/testing/runMarbles.js';

const event = (id: string, name = 'prediction'): ServerSent => ({ type: 'event', name, data: id, id });
const opened: Opened = { type: 'opened', aheadMs: 0 };
const told = { o: opened, a: event('1'), b: event('2'), n: event(''), e: event('3', 'ended') };
const waiting = (ms: number): StreamNews => ({ type: 'waiting', ms });
const news: Record<string, StreamNews> = {
  ...told,
  c: { type: 'connecting' },
  x: { type: 'over' },
  v: waiting(5),
  w: waiting(10),
  y: waiting(20),
};
const half = { random: () => 0.5, firstMs: 10, mostMs: 1000 };

describe('reconnecting', () => {
  it('opens again what is lost, after the last event that had an id, and waits longer each time that nothing opens', () => {
    const asked: string[] = [];
    runMarbles(({ cold, expectObservable }) => {
      const sessions: readonly Observable<Opened | ServerSent>[] = [
        cold('-o-a-b-n-#', told),
        cold('-#', told),
        cold('-#', told),
        cold('-o-|', told),
        cold('-', told),
      ];
      const open = (lastEventId: string): Observable<Opened | ServerSent> => sessions[asked.push(lastEventId) - 1]!;
      expectObservable(reconnecting({ open, ...half }), '^ 60ms !').toBe(
        'co-a-b-n-v 4ms cw 9ms cy 19ms co-v 4ms c',
        news,
      );
    });
    expect(asked).toEqual(['', '2', '2', '2', '2']);
  });

  it('never waits longer than the longest wait', () => {
    runMarbles(({ cold, expectObservable }) => {
      const open = (): Observable<Opened | ServerSent> => cold('-#', told);
      // 8, 16, and then 24 and no more.
      expectObservable(reconnecting({ open, random: () => 0.8, firstMs: 10, mostMs: 30 }), '^ 76ms !').toBe(
        'cp 7ms cq 15ms cr 23ms cr 23ms c',
        { ...news, p: waiting(8), q: waiting(16), r: waiting(24) },
      );
    });
  });

  it.each(['-o-e-|', '-o-e-#'])('is over where all was told when the stream is lost: %s', (session) => {
    runMarbles(({ cold, expectObservable }) => {
      let over = false;
      const open = () =>
        cold(session, told).pipe(
          tap((happened) => {
            over ||= happened.type === 'event' && happened.name === 'ended';
          }),
        );
      expectObservable(reconnecting({ open, isOver: () => over, ...half })).toBe('co-e-(x|)', news);
    });
  });

  it('begins after an event that is known already, and anew for each subscriber', () => {
    const asked: string[] = [];
    runMarbles(({ cold, expectObservable }) => {
      const news$ = reconnecting({
        open: (lastEventId) => {
          asked.push(lastEventId);
          return cold('-o-a', told);
        },
        lastEventId: '7',
        ...half,
      });
      expectObservable(news$, '^---!').toBe('co-a', news);
      expectObservable(news$, '--^---!').toBe('--co-a', news);
    });
    expect(asked).toEqual(['7', '7']);
  });

  it('fails where a token is wanted, for trying again would not help', () => {
    runMarbles(({ cold, expectObservable }) => {
      const wanted = new TokenWanted();
      expectObservable(reconnecting({ open: () => cold('-#', told, wanted), ...half })).toBe('c#', news, wanted);
    });
  });

  it('leaves the stream when nobody listens any more, and waits no longer', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const session$ = cold('-o-a--------', told);
      expectObservable(reconnecting({ open: () => session$, ...half }), '^---!').toBe('co-a', news);
      expectSubscriptions(session$.subscriptions).toBe('^---!');
    });
  });
});

describe('how the page is connected', () => {
  const live: Connection = { state: 'live', connectedAt: 1000, aheadMs: 0 };

  it('follows the stream', () => {
    const states = (...happened: readonly StreamNews[]): readonly string[] => {
      let connection: Connection = { state: 'connecting' };
      return happened.map((one) => {
        connection = connectionAfter(connection, one, 1000);
        return describeConnection(connection, 1000).label;
      });
    };
    expect(
      states({ type: 'connecting' }, opened, event('1'), waiting(2500), { type: 'connecting' }, opened, {
        type: 'over',
      }),
    ).toEqual(['Connecting…', 'Live', 'Live', 'Reconnecting in 3 s', 'Reconnecting…', 'Live', 'Ended']);
  });

  it('counts down to the next attempt', () => {
    const connection: Connection = { state: 'reconnecting', retryAt: 5000 };
    expect([0, 4100, 5000, 9000].map((now) => describeConnection(connection, now).label)).toEqual([
      'Reconnecting in 5 s',
      'Reconnecting in 1 s',
      'Reconnecting…',
      'Reconnecting…',
    ]);
  });

  it('is behind while headlines come late, and no longer once one comes in time', () => {
    const behind = connectionAt(live, 2000, 7200);
    expect(behind).toMatchObject({ state: 'behind', lagMs: 5200 });
    expect(describeConnection(behind, 7200).label).toBe('Behind by 5.2 s');
    expect(connectionAt(behind, 8000, 8100)).toEqual(live);
    expect(connectionAt({ state: 'reconnecting', retryAt: 1 }, 2000, 9000)).toEqual({
      state: 'reconnecting',
      retryAt: 1,
    });
  });

  it('says nothing of headlines from before the connection: they are history', () => {
    expect(connectionAt(live, 999, 9_000_000)).toEqual(live);
  });

  it('goes by the clock of the server', () => {
    expect(lagOf({ answeredAt: 100_000, connectedAt: 0, now: 40_500, aheadMs: 60_000 })).toBe(500);
    expect(lagOf({ answeredAt: 100_000, connectedAt: 0, now: 39_000, aheadMs: 60_000 })).toBe(0);
    expect(clockAhead('Thu, 01 Jan 1970 00:01:00 GMT', 1000)).toBe(59_500);
    expect(clockAhead(null, 1000)).toBe(0);
    expect(clockAhead('yesterday', 1000)).toBe(0);
  });
});
