import {
  asyncScheduler,
  bufferCount,
  concat,
  concatMap,
  connect,
  lastValueFrom,
  map,
  merge,
  mergeMap,
  observeOn,
  of,
  range,
  share,
  Subject,
  Subscription,
  switchMap,
  take,
  tap,
  throwError,
  toArray,
} from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { FlowSnapshot } from '../../../src/contracts/flow/FlowSnapshot.js';
import { boundedQueue } from '../../../src/operators/flow/boundedQueue.js';
import { trace } from '../../../src/operators/flow/trace.js';
import { watchFlow } from '../../../src/operators/flow/watchFlow.js';
import { decode } from '../../../src/operators/rows/decode.js';
import { headlineRow } from '../../../src/operators/rows/headlineRow.js';
import { shuffle } from '../../../src/operators/rows/shuffle.js';
import { valve } from '../../../src/streams/valve.js';
import { inOrder } from '../../../src/sinks/flow/internal/inOrder.js';

/** A clock that goes on when it is told to. */
const handClock = () => {
  let now = 0;
  return {
    now: () => now,
    work:
      (ms: number) =>
      <T>(value: T): T => {
        now += ms;
        return value;
      },
    pass: (ms: number) => void (now += ms),
  };
};

/** Watches while something runs, and gives the last snapshot. */
const watched = async (
  run: (look: Subject<void>) => void | Promise<void>,
  clock = handClock(),
): Promise<FlowSnapshot> => {
  let seen: FlowSnapshot | undefined;
  // A scheduler that runs when the test says so: the interval is a look.
  const look = new Subject<void>();
  const scheduler = {
    now: clock.now,
    schedule(work: (this: { schedule: () => void }) => void) {
      return look.subscribe(() => work.call({ schedule: () => undefined }));
    },
  };
  const watching = watchFlow({ every: 1, clock: clock.now, scheduler: scheduler as never }).subscribe((snapshot) => {
    seen = snapshot;
  });
  try {
    await run(look);
    // The turn is over.
    await Promise.resolve();
    look.next();
  } finally {
    watching.unsubscribe();
  }
  if (seen === undefined) throw new Error('there was no snapshot');
  return seen;
};

const edgesOf = ({ edges }: FlowSnapshot): readonly string[] =>
  edges.map(({ from, to, values }) => `${from} > ${to}: ${values}`).toSorted();

describe('watchFlow', () => {
  it('counts values and charges work to the stage that did it', async () => {
    const clock = handClock();
    const seen = await watched(() => {
      range(1, 10)
        .pipe(map(clock.work(1)), trace('read'), map(clock.work(6)), trace('slow'), map(clock.work(2)), trace('fast'))
        .subscribe(clock.work(1));
    }, clock);
    const byName = new Map(seen.stages.map((stage) => [stage.name, stage]));
    expect([...byName.keys()]).toEqual(['fast', 'slow', 'read', 'consumer']);
    expect(byName.get('slow')).toMatchObject({ values: 10, rate: 100, busy: 0.6, latencyMs: 6 });
    expect(byName.get('fast')).toMatchObject({ values: 10, busy: 0.2 });
    expect(byName.get('consumer')).toMatchObject({ busy: 0.1 });
    // The work on the first value, before there was anything to see, is not known.
    expect(byName.get('read')?.busy).toBeCloseTo(0.09);
    expect(seen.bottleneck).toBe('slow');
    expect(seen.idle).toBeCloseTo(0.01);
    expect(inOrder(seen).map(({ name }) => name)).toEqual(['read', 'slow', 'fast', 'consumer']);
  });

  it('reads the clock seldom where values are many, and still measures rare and long work', async () => {
    const clock = handClock();
    let readings = 0;
    const counted = {
      ...clock,
      now: () => {
        readings += 1;
        return clock.now();
      },
    };
    const values = 200_000;
    const every = 5000;
    const seen = await watched(() => {
      range(1, values)
        .pipe(
          map(clock.work(0.0005)),
          trace('read'),
          map(clock.work(0.003)),
          trace('slow'),
          bufferCount(every),
          map(clock.work(0.0005)),
          trace('batch'),
          map(clock.work(10)),
          trace('train'),
        )
        .subscribe();
    }, counted);
    const ms = values * 0.0035 + (values / every) * 10.0005;
    const busy = Object.fromEntries(seen.stages.map((stage) => [stage.name, stage.busy]));
    expect(busy['train']).toBeCloseTo(((values / every) * 10) / ms, 3);
    expect(busy['slow']).toBeCloseTo((values * 0.003) / ms, 1);
    expect(busy['read']).toBeCloseTo((values * 0.0005) / ms, 1);
    expect(seen.bottleneck).toBe('slow');
    // Two readings for each value and stage would be 800,000.
    expect(readings).toBeLessThan(60_000);
  });

  it('charges work on values that are left out to the stage that leaves them out', async () => {
    const clock = handClock();
    const seen = await watched(() => {
      range(1, 10)
        .pipe(
          trace('read'),
          tap(clock.work(5)),
          map((n) => n),
          shuffle({ buffer: 100, seed: 1 }),
          trace('held'),
        )
        .subscribe();
    }, clock);
    expect(seen.stages.find(({ name }) => name === 'held')?.busy).toBe(1);
  });

  it('says that it waits for input where little is worked', async () => {
    const clock = handClock();
    const seen = await watched(async () => {
      const values = new Subject<number>();
      const running = values.pipe(map(clock.work(1)), trace('read'), map(clock.work(1)), trace('work')).subscribe();
      for (let i = 0; i < 3; i++) {
        values.next(i);
        await Promise.resolve();
        clock.pass(10);
      }
      running.unsubscribe();
    }, clock);
    expect(seen).toMatchObject({ bottleneck: undefined });
    expect(seen.idle).toBeGreaterThan(0.8);
    expect(seen.stages.map(({ subscriptions }) => subscriptions)).toEqual([0, 0, 0].slice(0, seen.stages.length));
  });

  it('names the stage that the others wait for, where it waits itself', async () => {
    const clock = handClock();
    const running = new Subscription();
    const seen = await watched(async () => {
      const [early, late] = [valve(), valve()];
      const source = new Subject<number>();
      running.add(
        source
          .pipe(
            trace('read'),
            boundedQueue({
              valve: early,
              highWaterMark: 2,
              project: (value) => (value < 5 ? of(value) : new Subject<number>()),
            }),
            trace('encode'),
            boundedQueue({ valve: late, highWaterMark: 4, project: () => new Subject<number>() }),
            trace('write'),
          )
          .subscribe(),
      );
      for (let i = 0; i < 9; i++) source.next(i);
      clock.pass(50);
      await Promise.resolve();
    }, clock);
    running.unsubscribe();
    expect(seen.idle).toBeGreaterThan(0.5);
    // Both buffers are full, and the first one waits because of the second one.
    expect(seen.bottleneck).toBe('write');
  });

  it('follows values across connect, merge and share', async () => {
    const connected = await watched(() => {
      of(1, 2, 3)
        .pipe(
          trace('read'),
          connect((shared$) =>
            merge(
              shared$.pipe(trace('a')),
              shared$.pipe(
                map((n) => -n),
                trace('b'),
              ),
            ),
          ),
          trace('joined'),
        )
        .subscribe();
    });
    expect(edgesOf(connected)).toEqual([
      'a > joined: 3',
      'b > joined: 3',
      'joined > consumer: 6',
      'read > a: 3',
      'read > b: 3',
    ]);

    const shared = await watched(() => {
      const source = new Subject<number>();
      const shared$ = source.pipe(trace('read'), share());
      shared$.pipe(trace('a')).subscribe();
      shared$.pipe(trace('b')).subscribe();
      source.next(1);
      source.next(2);
    });
    expect(edgesOf(shared)).toEqual(['a > consumer: 2', 'b > consumer: 2', 'read > a: 2', 'read > b: 2']);
  });

  it('stops a source that emits while it is subscribed to when the subscriber has enough', async () => {
    let made = 0;
    const seen = await watched(() => {
      range(1, 1000)
        .pipe(
          tap(() => (made += 1)),
          trace('read'),
          take(3),
          trace('taken'),
        )
        .subscribe();
    });
    expect(made).toBe(3);
    expect(seen.stages.map(({ name, values, subscriptions }) => [name, values, subscriptions])).toEqual([
      ['taken', 3, 0],
      ['read', 3, 0],
      ['consumer', 3, 0],
    ]);
  });

  it('counts every value and path where the sources take turns and subscribers come and go', async () => {
    const seen = await watched(() => {
      const [left, right] = [new Subject<number>(), new Subject<number>()];
      merge(left.pipe(trace('left')), right.pipe(trace('right')))
        .pipe(
          trace('both'),
          mergeMap((n) => of(n, n).pipe(trace('twice'))),
          trace('all'),
        )
        .subscribe({ error: () => undefined });
      for (let i = 0; i < 5000; i++) (i % 3 === 0 ? left : right).next(i);
      right.error(new Error('boom'));
    });
    expect(edgesOf(seen)).toEqual([
      'all > consumer: 10000',
      'both > twice: 10000',
      'left > both: 1667',
      'right > both: 3333',
      'twice > all: 10000',
    ]);
    expect(seen.stages.map(({ subscriptions }) => subscriptions)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(seen.stages.filter(({ errors }) => errors > 0).map(({ name }) => name)).toEqual(['all', 'both', 'right']);
  });

  it('knows of the next stage by its subscription where values wait between the two', async () => {
    const seen = await watched(async () => {
      await lastValueFrom(of(1, 2).pipe(trace('read'), observeOn(asyncScheduler), trace('later')));
    });
    expect(edgesOf(seen)).toEqual(['later > consumer: 2', 'read > later: 2']);
  });

  it('knows which values start a stage within switchMap or concatMap whose values come later', async () => {
    const seen = await watched(() => {
      const outer = new Subject<number>();
      const inner = [new Subject<number>(), new Subject<number>()] as const;
      outer
        .pipe(
          trace('outer'),
          concatMap((at) => inner[at === 0 ? 0 : 1].pipe(trace('inner'))),
          trace('out'),
        )
        .subscribe();
      outer.next(0);
      outer.next(1);
      inner[0].next(1);
      inner[0].complete();
      inner[1].next(2);
      inner[1].next(3);
    });
    expect(edgesOf(seen)).toEqual(['inner > out: 3', 'out > consumer: 3', 'outer > inner: 2']);
  });

  it('leads a value that starts a pipeline of several stages to the first of them', async () => {
    const seen = await watched(() => {
      of(1, 2)
        .pipe(
          trace('outer'),
          mergeMap((n) => of(n, n).pipe(trace('request'), map(Math.sqrt), trace('parse'))),
          trace('out'),
        )
        .subscribe();
    });
    expect(edgesOf(seen)).toEqual(['out > consumer: 4', 'outer > request: 4', 'parse > out: 4', 'request > parse: 4']);
    // The same where the values come later.
    const later = await watched(async () => {
      await lastValueFrom(
        of(1, 2).pipe(
          trace('outer'),
          mergeMap((n) => of(n, n).pipe(observeOn(asyncScheduler), trace('request'), map(Math.sqrt), trace('parse'))),
          trace('out'),
        ),
      );
    });
    expect(edgesOf(later)).toEqual(['out > consumer: 4', 'outer > request: 2', 'parse > out: 4', 'request > parse: 4']);
  });

  it('keeps the edge to a stage whose values wait beside one whose values do not', async () => {
    const seen = await watched(() => {
      const read$ = range(1, 10).pipe(trace('read'));
      read$.pipe(shuffle({ buffer: 100, seed: 1 }), trace('mixed'), trace('work')).subscribe();
      read$.pipe(trace('work')).subscribe();
      const numbers = new Subject<number>();
      const shared$ = numbers.pipe(trace('numbers'), share());
      merge(shared$.pipe(toArray(), trace('all')), shared$.pipe(trace('each')))
        .pipe(trace('joined'))
        .subscribe();
      for (let i = 0; i < 5; i++) numbers.next(i);
      numbers.complete();
      // The second source is subscribed to while the first one, which ends at once, is still being subscribed to. The
      // inner one is subscribed to because of a value.
      const of3 = (name: string) =>
        range(1, 3).pipe(
          trace(`${name} in`),
          switchMap((n) => of(n).pipe(trace(`${name} inner`))),
          toArray(),
          trace(`${name} out`),
        );
      concat(of3('first'), of3('second')).pipe(trace('both')).subscribe();
    });
    expect(edgesOf(seen)).toEqual([
      'all > joined: 1',
      'both > consumer: 2',
      'each > joined: 5',
      'first in > first inner: 3',
      'first inner > first out: 3',
      'first out > both: 1',
      'joined > consumer: 6',
      'mixed > work: 10',
      'numbers > all: 5',
      'numbers > each: 5',
      'read > mixed: 10',
      'read > work: 10',
      'second in > second inner: 3',
      'second inner > second out: 3',
      'second out > both: 1',
      'work > consumer: 20',
    ]);
  });

  it('tells what operators hold against their bounds, with or without a stage', async () => {
    const source = new Subject<number>();
    const seen = await watched((look) => {
      source.pipe(trace('read'), shuffle({ buffer: 5, seed: 1 }), trace('mixed')).subscribe();
      source.pipe(shuffle({ buffer: 50, seed: 1 })).subscribe();
      for (let i = 0; i < 20; i++) source.next(i);
      look.next();
    });
    const holdings = Object.fromEntries(seen.stages.map(({ name, holdings: all }) => [name, all]));
    expect(holdings).toMatchObject({
      read: [],
      mixed: [{ operator: 'shuffle', held: 5, most: 5, bound: 5, highWaterMark: 5 }],
      shuffle: [{ operator: 'shuffle', held: 20, most: 20, bound: 50 }],
    });
    source.complete();
  });

  it('tells who holds a valve and for how long', async () => {
    const clock = handClock();
    const seen = await watched(() => {
      const brake = valve();
      clock.pass(10);
      const release = brake.hold('printer');
      clock.pass(30);
      release();
      release();
      const source = new Subject<number>();
      source.pipe(boundedQueue({ valve: brake, highWaterMark: 1, project: () => new Subject<number>() })).subscribe();
      source.next(1);
      source.next(2);
      clock.pass(60);
    }, clock);
    expect(seen.valves).toEqual([
      { holder: 'printer', share: 0.3, heldMs: 30 },
      { holder: 'boundedQueue', share: 0.6, heldMs: 60 },
    ]);
    expect(seen.stages.find(({ name }) => name === 'boundedQueue')?.holdings).toMatchObject([
      { held: 1, bound: null, highWaterMark: 1 },
    ]);
  });

  it('counts rejections and errors by stage', async () => {
    const seen = await watched(() => {
      const fields = (title: string) => ({ id: 0, source: 't', line: 1, byte: 0, fields: { title, category: 'A' } });
      of(fields('a'), fields(' '), fields(''))
        .pipe(trace('read'), decode(headlineRow, { rejections: { next: () => undefined } }), trace('decode'))
        .subscribe();
      throwError(() => new Error('boom'))
        .pipe(trace('broken'))
        .subscribe({ error: () => undefined });
    });
    expect(seen.stages.map(({ name, rejected, errors }) => [name, rejected, errors])).toEqual([
      ['decode', 2, 0],
      ['read', 0, 0],
      ['consumer', 0, 0],
      ['broken', 0, 1],
    ]);
  });

  it('refuses to watch twice, and watches anew after it was left', () => {
    const first = watchFlow().subscribe();
    const errors: unknown[] = [];
    watchFlow().subscribe({ error: (error: unknown) => errors.push(error) });
    expect(errors).toMatchObject([{ code: 'HW_USAGE' }]);
    first.unsubscribe();
    watchFlow()
      .subscribe({ error: (error: unknown) => errors.push(error) })
      .unsubscribe();
    expect(errors).toHaveLength(1);
    expect(() => watchFlow({ every: 0 })).toThrow('watchFlow: every is 0 ms');
  });
});
