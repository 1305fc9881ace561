import { Observable, range, tap, type OperatorFunction } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { alongside } from '../../src/sinks/alongside.js';
import { artifactFiles } from '../../src/sinks/files/artifactFiles.js';
import { subscribeSink } from '../../src/sinks/internal/subscribeSink.js';
import { jsonLines } from '../../src/sinks/jsonLines.js';
import { rowProgress } from '../../src/sinks/progress/rowProgress.js';
import { FakeStream } from './FakeStream.js';

const boom = new Error('third');

const throwing = (value: number): number => {
  if (value === 3) throw boom;
  return value;
};

/** Fails when the value 3 comes. */
const sinks: Record<string, OperatorFunction<number, unknown>> = {
  follow: (source) =>
    new Observable((subscriber) => {
      subscribeSink(subscriber)(source, { next: throwing, error: () => undefined, complete: () => undefined });
    }),
  jsonLines: (source) => source.pipe((values) => values.pipe(jsonLines(new FakeStream({ slow: true }), { limit: 7 }))),
  rowProgress: rowProgress<number>({ label: 'reading', count: throwing, stream: new FakeStream() }),
  artifactFiles: artifactFiles<number>('', (value) => (throwing(value), undefined)),
  alongside: alongside(artifactFiles<number>('', (value) => (throwing(value), undefined))),
};

describe('a sink that fails', () => {
  it.each(Object.entries(sinks))(
    'leaves a source that sends everything while it is subscribed to: %s',
    (_name, sink) => {
      let sent = 0;
      let error: unknown;
      range(0, 1000)
        .pipe(
          tap(() => (sent += 1)),
          sink,
        )
        .subscribe({ error: (thrown: unknown) => (error = thrown) });
      expect(error).toBeInstanceOf(Error);
      expect(sent).toBe(4);
    },
  );
});

describe('follow', () => {
  it('leaves the source before anything else is undone', () => {
    const order: string[] = [];
    const source = new Observable<number>(() => () => order.push('source'));
    const subscription = new Observable((subscriber) => {
      const followed = subscribeSink(subscriber);
      subscriber.add(() => order.push('the rest'));
      followed(source, { next: () => undefined, error: () => undefined, complete: () => order.push('complete') });
    }).subscribe();
    subscription.unsubscribe();
    expect(order).toEqual(['source', 'the rest']);
  });
});
