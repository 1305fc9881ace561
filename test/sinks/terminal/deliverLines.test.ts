import { PassThrough, Writable } from 'node:stream';
import { from, lastValueFrom, Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { deliverLines, type DeliveredLine, LINES_TOGETHER } from '../../../src/sinks/terminal/deliverLines.js';
import { valve } from '../../../src/streams/valve.js';
import { recordingDeliveries } from '../../../src/testing/recordingDeliveries.js';

const linesOf = (count: number) => {
  const recorded = recordingDeliveries(Array.from({ length: count }, (_, i) => `${i}\n`));
  const lines = recorded.deliveries.map((delivery): DeliveredLine => ({ line: delivery.value, delivery }));
  return { recorded, lines };
};

/** A stream that takes what it is given when it is told to. */
const slowStream = () => {
  const taken: string[] = [];
  const waiting: ((error?: Error) => void)[] = [];
  const stream = new Writable({
    decodeStrings: false,
    write: (text: string, _encoding, done) => {
      taken.push(text);
      waiting.push(done);
    },
  });
  return { stream, taken, take: (error?: Error) => waiting.shift()?.(error) };
};

describe('deliverLines', () => {
  it('writes every line in its order, and settles each as done', async () => {
    const { recorded, lines } = linesOf(1000);
    const stream = new PassThrough();
    await lastValueFrom(from(lines).pipe(deliverLines(stream, valve())), { defaultValue: undefined });
    expect(String(stream.read())).toBe(lines.map(({ line }) => line).join(''));
    expect(recorded.settled).toEqual(lines.map((_, i) => ({ id: String(i), type: 'done' })));
  });

  it('settles nothing before the stream has taken it, and holds the valve meanwhile', async () => {
    const { recorded, lines } = linesOf(LINES_TOGETHER + 3);
    const { stream, taken, take } = slowStream();
    const brake = valve();
    let open: boolean | undefined;
    brake.open$.subscribe((now) => (open = now));
    const source = new Subject<DeliveredLine>();
    let completed = false;
    source.pipe(deliverLines(stream, brake)).subscribe({ complete: () => (completed = true) });
    for (const line of lines) source.next(line);
    source.complete();
    expect([taken, recorded.settled, open]).toEqual([['0\n'], [], false]);
    take();
    await new Promise(setImmediate);
    expect(taken[1]?.split('\n')).toHaveLength(LINES_TOGETHER + 1);
    expect([recorded.settled.length, open, completed]).toEqual([1, true, false]);
    take();
    await new Promise(setImmediate);
    take();
    await new Promise(setImmediate);
    expect([recorded.unsettled, completed]).toEqual([[], true]);
  });

  it('settles what was under way when it is left, and nothing else', async () => {
    const { recorded, lines } = linesOf(3);
    const { stream, taken, take } = slowStream();
    const source = new Subject<DeliveredLine>();
    const subscription = source.pipe(deliverLines(stream, valve())).subscribe();
    for (const line of lines) source.next(line);
    subscription.unsubscribe();
    take();
    await new Promise(setImmediate);
    expect([taken, recorded.unsettled]).toEqual([['0\n'], ['1', '2']]);
  });

  it('settles nothing that could not be written', async () => {
    const { recorded, lines } = linesOf(2);
    const { stream, take } = slowStream();
    stream.on('error', () => undefined);
    from(lines).pipe(deliverLines(stream, valve())).subscribe();
    take(new Error('gone'));
    await new Promise(setImmediate);
    expect(recorded.unsettled).toEqual(['0', '1']);
  });
});
