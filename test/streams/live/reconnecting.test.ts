import { defer, type Observable } from 'rxjs';
import { TestScheduler, type RunHelpers } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { HeadwaterError } from '../../../src/contracts/HeadwaterError.js';
import type { SourceEvent } from '../../../src/contracts/live/Live.js';
import { backoff } from '../../../src/streams/pacing/backoff.js';
import { ConnectionLost } from '../../../src/streams/bodies/http/faults/ConnectionLost.js';
import { checkReconnectOptions, type ReconnectOptions } from '../../../src/streams/live/ReconnectOptions.js';
import { reconnecting, type Connect } from '../../../src/streams/live/internal/reconnecting.js';
import { marbleValve } from '../../../src/testing/marbleValve.js';

const cut = new HeadwaterError('HW_HTTP_CUT', 'It broke off.');
const lost = new ConnectionLost(cut);

interface Setup extends ReconnectOptions {
  /** Where in their bounds the waits are. */
  readonly draw?: () => number;
  /** Each connection in turn, then the last one again; it is open at its first frame. */
  readonly connections: readonly string[];
  readonly error?: unknown;
  /** How many of the connections say that they are open, the first ones. Default: all. */
  readonly opens?: number;
  readonly valve?: string;
  readonly events?: (event: SourceEvent) => void;
}

interface Played {
  readonly result$: Observable<string>;
  readonly told: readonly string[];
}

/**
 * What a reconnecting source makes of connections drawn as marbles. Its waits are half of their bound unless it says
 * otherwise.
 */
const play = (
  helpers: RunHelpers,
  scheduler: TestScheduler,
  { connections, error = lost, opens = Infinity, draw = () => 0.5, valve, events, ...options }: Setup,
): Played => {
  const told: string[] = [];
  let made = 0;
  const connect: Connect<string> = (tell) =>
    defer(() => {
      if (made < opens) tell({ type: 'opened' });
      return helpers.cold(connections[Math.min(made++, connections.length - 1)] ?? '|', undefined, error);
    });
  const result$ = reconnecting(connect, {
    ...checkReconnectOptions(options),
    waits: () => backoff({ ...options.backoff, random: draw }),
    source: 'here',
    valve: valve === undefined ? undefined : marbleValve(helpers, valve),
    scheduler,
    events: {
      next: (event) => {
        events?.(event);
        told.push(
          `${event.at} ${event.type}${event.type === 'failed' ? ` ${event.code} ${String(event.nextInMs)}` : ''}`,
        );
      },
    },
  });
  return { result$, told };
};

const run = (test: (helpers: RunHelpers, scheduler: TestScheduler) => void): void => {
  const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
  scheduler.run((helpers) => test(helpers, scheduler));
};

describe('reconnecting', () => {
  it('makes a lost connection again, after waits that double up to a longest one', () => {
    run((helpers, scheduler) => {
      const { result$, told } = play(helpers, scheduler, { connections: ['a#'], backoff: { initialMs: 4, maxMs: 12 } });
      // Bounds of 4, 8, 12, 12: waits of 2, 4, 6, 6.
      helpers.expectObservable(result$, '^-----------------------!').toBe('a--a----a------a------a-');
      helpers.flush();
      expect(told).toEqual([
        '0 opened',
        '1 failed HW_HTTP_CUT 2',
        '3 opened',
        '4 failed HW_HTTP_CUT 4',
        '8 opened',
        '9 failed HW_HTTP_CUT 6',
        '15 opened',
        '16 failed HW_HTTP_CUT 6',
        '22 opened',
        '23 failed HW_HTTP_CUT 6',
      ]);
    });
  });

  it('draws each wait below its bound', () => {
    run((helpers, scheduler) => {
      const draws = [0, 0.75, 0.25];
      const { result$ } = play(helpers, scheduler, {
        connections: ['a#'],
        backoff: { initialMs: 4, maxMs: 100 },
        draw: () => draws.shift() ?? 0,
      });
      // Waits of 0 × 4, 0.75 × 8, 0.25 × 16.
      helpers.expectObservable(result$, '^-------------!').toBe('aa------a----a');
    });
  });

  it('begins its waits anew after a while of health, and not before', () => {
    run((helpers, scheduler) => {
      const connections = ['a#', 'b----#', 'c---#', 'd#'];
      const { result$ } = play(helpers, scheduler, {
        connections,
        backoff: { initialMs: 4, maxMs: 100 },
        healthyMs: 5,
      });
      // After b, which lasted 5 frames, the bound is 4 again; after c, which lasted 4, it is 8.
      helpers.expectObservable(result$, '^------------------!').toBe('a--b------c-------d');
    });
  });

  it('counts no health for a connection that never opened', () => {
    run((helpers, scheduler) => {
      const { result$ } = play(helpers, scheduler, {
        connections: ['---#'],
        opens: 0,
        backoff: { initialMs: 2, maxMs: 100 },
        healthyMs: 1,
        maxAttempts: 3,
      });
      // Three times three frames, and waits of 1 and 2 between them.
      helpers.expectObservable(result$).toBe('------------#', undefined, cut);
    });
  });

  it('counts the health of each connection once', () => {
    run((helpers, scheduler) => {
      // The first was healthy; of the two after it that did not open, the second is the third failure in a row.
      const { result$ } = play(helpers, scheduler, {
        connections: ['a-----#', '#'],
        opens: 1,
        backoff: { initialMs: 2, maxMs: 100 },
        healthyMs: 6,
        maxAttempts: 3,
      });
      helpers.expectObservable(result$).toBe('a--------#', undefined, cut);
    });
  });

  it('waits for what the server asks for, and draws on top of it', () => {
    run((helpers, scheduler) => {
      const { result$, told } = play(helpers, scheduler, {
        connections: ['a#'],
        error: new ConnectionLost(cut, 5),
        backoff: { initialMs: 4 },
      });
      helpers.expectObservable(result$, '^--------!').toBe('a-------a');
      helpers.flush();
      expect(told[1]).toBe('1 failed HW_HTTP_CUT 7');
    });
  });

  it('never waits longer than a timer can', () => {
    run((helpers, scheduler) => {
      const { result$, told } = play(helpers, scheduler, { connections: ['#'], error: new ConnectionLost(cut, 1e15) });
      helpers.expectObservable(result$, '^---!').toBe('----');
      helpers.flush();
      expect(told[1]).toBe('0 failed HW_HTTP_CUT 2147483647');
    });
  });

  it('ends after as many failures in a row as are allowed', () => {
    run((helpers, scheduler) => {
      const { result$, told } = play(helpers, scheduler, {
        connections: ['a#', 'b-----#', 'c#'],
        backoff: { initialMs: 2, maxMs: 2 },
        healthyMs: 6,
        maxAttempts: 2,
      });
      // b was healthy, so its failure is the first one again.
      helpers.expectObservable(result$).toBe('a-b------c#', undefined, cut);
      helpers.flush();
      expect(told.at(-1)).toBe('10 failed HW_HTTP_CUT undefined');
    });
  });

  it('ends at once with any other error, and completes with a connection', () => {
    run((helpers, scheduler) => {
      const fatal = new HeadwaterError('HW_OVERFLOW', 'Too much waits.');
      const { result$, told } = play(helpers, scheduler, { connections: ['a-#'], error: fatal });
      helpers.expectObservable(result$).toBe('a-#', undefined, fatal);
      helpers.flush();
      expect(told).toEqual(['0 opened', '2 failed HW_OVERFLOW undefined']);
    });
    run((helpers, scheduler) =>
      helpers.expectObservable(play(helpers, scheduler, { connections: ['a-|'] }).result$).toBe('a-|'),
    );
  });

  it('takes an answer that is not the stream for its end before the stream was open, and for a failure after', () => {
    const page = new HeadwaterError('HW_FEED', 'It is a page.');
    run((helpers, scheduler) => {
      const { result$ } = play(helpers, scheduler, { connections: ['-#'], opens: 0, error: page });
      helpers.expectObservable(result$).toBe('-#', undefined, page);
    });
    run((helpers, scheduler) => {
      const { result$, told } = play(helpers, scheduler, {
        connections: ['a#', '#', 'b-'],
        opens: 1,
        error: page,
        backoff: { initialMs: 4, maxMs: 100 },
      });
      // Waits of 2 and 4.
      helpers.expectObservable(result$, '^--------!').toBe('a------b-');
      helpers.flush();
      expect(told).toEqual(['0 opened', '1 failed HW_FEED 2', '3 failed HW_FEED 4']);
    });
  });

  it('does not wait longer and longer for a server that sends something and ends the connection each time', () => {
    run((helpers, scheduler) => {
      const { result$, told } = play(helpers, scheduler, {
        connections: ['a#'],
        error: new ConnectionLost(cut, 0, true),
        backoff: { initialMs: 2, maxMs: 100 },
      });
      // Bounds of 2, 4, 8, 8, 8.
      helpers.expectObservable(result$, '^--------------------!').toBe('a-a--a----a----a----a');
      helpers.flush();
      expect(told.filter((line) => line.includes('failed'))).toHaveLength(5);
    });
  });

  it('makes no connection while the valve is closed', () => {
    run((helpers, scheduler) => {
      const { result$, told } = play(helpers, scheduler, {
        connections: ['a#'],
        backoff: { initialMs: 4, maxMs: 4 },
        valve: 'c--o-c---o',
      });
      helpers.expectObservable(result$, '-^---------!').toBe('---a-----a');
      helpers.flush();
      expect(told).toEqual(['3 opened', '4 failed HW_HTTP_CUT 2', '9 opened', '10 failed HW_HTTP_CUT 2']);
    });
  });

  it('stops when it is left, in a connection or in a wait', () => {
    run((helpers, scheduler) => {
      helpers.expectObservable(play(helpers, scheduler, { connections: ['ab-'] }).result$, '^!').toBe('a');
      const { result$, told } = play(helpers, scheduler, { connections: ['a#'], backoff: { initialMs: 20 } });
      helpers.expectObservable(result$, '^----!').toBe('a----');
      helpers.flush();
      expect(told).toHaveLength(2);
    });
  });

  it('keeps each subscription to itself', () => {
    run((helpers, scheduler) => {
      const { result$ } = play(helpers, scheduler, { connections: ['a#'], backoff: { initialMs: 4, maxMs: 100 } });
      helpers.expectObservable(result$, '^------!').toBe('a--a---');
      helpers.expectObservable(result$, '---------^------!').toBe('---------a--a---');
    });
  });

  it('ends with what a listener throws', () => {
    const fault = new Error('enough');
    const throwing = (type: SourceEvent['type']) => (event: SourceEvent) => {
      if (event.type === type) throw fault;
    };
    run((helpers, scheduler) =>
      helpers
        .expectObservable(play(helpers, scheduler, { connections: ['-a#'], events: throwing('failed') }).result$)
        .toBe('-a#', undefined, fault),
    );
    run((helpers, scheduler) =>
      helpers
        .expectObservable(play(helpers, scheduler, { connections: ['-a#'], events: throwing('opened') }).result$)
        .toBe('#', undefined, fault),
    );
  });

  it.each([{ maxAttempts: 0 }, { healthyMs: -1 }, { seed: 0.5 }, { backoff: { initialMs: 0 } }])(
    'refuses %o',
    (options) => {
      expect(() => checkReconnectOptions(options)).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
    },
  );

  it('waits a minute at most by default, or longer where its first wait may be longer', () => {
    const longest = (options: ReconnectOptions): number => {
      const waitMs = checkReconnectOptions(options).waits(0);
      return Math.max(...Array.from({ length: 1_000 }, () => waitMs(50)));
    };
    expect(longest({ seed: 1 })).toBeLessThan(60_000);
    expect(longest({ seed: 1 })).toBeGreaterThan(59_000);
    expect(longest({ seed: 1, backoff: { initialMs: 100_000 } })).toBeGreaterThan(99_000);
  });

  it('draws by its seed, or else by the time of subscribing', () => {
    const drawn = (options: ReconnectOptions, at: number): readonly number[] =>
      [1, 2, 3].map(checkReconnectOptions(options).waits(at));
    expect(drawn({ seed: 1 }, 5)).toEqual(drawn({ seed: 1 }, 6));
    expect(drawn({ seed: 1 }, 5)).not.toEqual(drawn({ seed: 2 }, 5));
    expect(drawn({}, 5)).toEqual(drawn({}, 5));
    expect(drawn({}, 5)).not.toEqual(drawn({}, 6));
  });
});
