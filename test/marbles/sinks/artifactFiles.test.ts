import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { artifactFiles, type Files } from '../../../src/sinks/files/artifactFiles.js';

const scheduler = (): TestScheduler => new TestScheduler((actual, expected) => expect(actual).toEqual(expected));

const set = (name: string): Files => new Map([[name, new Uint8Array(1)]]);

/** A file named by the value's first letter, holding all of it. */
const encode = (value: string): Files => new Map([[value.slice(0, 1), new TextEncoder().encode(value)]]);

const told = (files: Files): string =>
  Array.from(files, ([name, content]) => `${name}=${new TextDecoder().decode(content)}`).join(' ');

describe('artifactFiles', () => {
  it('writes the files of each value, one set after another, and completes when all are written', () => {
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a-----b-|  ');
      const disk = cold('  ---|       ');
      const first = '      -^--!      ';
      const second = '     -------^--!';
      const expected = '   ----------|';
      expectObservable(source.pipe(artifactFiles('out', set, { write: () => disk }))).toBe(expected);
      expectSubscriptions(source.subscriptions).toBe('^--------!');
      expectSubscriptions(disk.subscriptions).toBe([first, second]);
    });
  });

  it('writes what waited when the disk is free: the newest of each name', () => {
    const written: string[] = [];
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const values = { a: 'x1', b: 'x2', c: 'y1', d: 'x3', e: 'x4' };
      const source = cold('-a-b-c-d----------e|', values);
      const disk = cold('  ------|             ');
      const subs = [
        '                  -^-----!             ',
        '                  -------^-----!       ',
        '                  ------------------^-----!',
      ];
      const write = (dir: string, files: Files): typeof disk => {
        written.push(`${dir}: ${told(files)}`);
        return disk;
      };
      expectObservable(source.pipe(artifactFiles('out', encode, { write }))).toBe('------------------------|');
      expectSubscriptions(disk.subscriptions).toBe(subs);
    });
    // d came in the frame in which the disk was free again, after it: it did not wait with b and c.
    expect(written).toEqual(['out: x=x1', 'out: x=x3 y=y1', 'out: x=x4']);
  });

  it('never emits of a source that never does', () => {
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-');
      expectObservable(source.pipe(artifactFiles('out', set))).toBe('-');
      expectSubscriptions(source.subscriptions).toBe('^');
    });
  });

  it('completes with an empty source, without touching the folder', () => {
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('--|');
      const disk = cold('-|');
      expectObservable(source.pipe(artifactFiles('out', set, { write: () => disk }))).toBe('--|');
      expectSubscriptions(source.subscriptions).toBe('^-!');
      expectSubscriptions(disk.subscriptions).toBe([]);
    });
  });

  it('writes nothing for a value that has no files', () => {
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a-b-|');
      const disk = cold('  -|');
      expectObservable(
        source.pipe(artifactFiles('out', (value) => (value === 'b' ? set(value) : undefined), { write: () => disk })),
      ).toBe('-----|');
      expectSubscriptions(disk.subscriptions).toBe('---^!');
    });
  });

  it('passes an error of the source on when what came before it is written, what waited included', () => {
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a-b-#');
      const disk = cold('  -----|');
      expectObservable(source.pipe(artifactFiles('out', set, { write: () => disk }))).toBe('-----------#');
      expectSubscriptions(source.subscriptions).toBe('^----!');
      expectSubscriptions(disk.subscriptions).toBe(['-^----!', '------^----!']);
    });
  });

  it('fails at once when encode throws', () => {
    const error = new Error('no weights');
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a-b-|');
      const throwing = (value: string): Files => {
        if (value === 'b') throw error;
        return set(value);
      };
      const disk = cold('-----|');
      expectObservable(source.pipe(artifactFiles('out', throwing, { write: () => disk }))).toBe(
        '---#',
        undefined,
        error,
      );
      expectSubscriptions(source.subscriptions).toBe('^--!');
    });
  });

  it('fails at once when the disk does, and leaves the source', () => {
    const error = new Error('full');
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a-------b-|');
      const disk = cold('  --#', undefined, error);
      expectObservable(source.pipe(artifactFiles('out', set, { write: () => disk }))).toBe('---#', undefined, error);
      expectSubscriptions(source.subscriptions).toBe('^--!');
    });
    scheduler().run(({ cold, expectObservable }) => {
      const write = (): never => {
        throw error;
      };
      expectObservable(cold('-a--|').pipe(artifactFiles('out', set, { write }))).toBe('-#', undefined, error);
    });
  });

  it('leaves the source and what waits when it is left', () => {
    scheduler().run(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const source = hot('-a-b-c-|');
      const disk = cold('------|');
      expectObservable(source.pipe(artifactFiles('out', set, { write: () => disk })), '^---!').toBe('-----');
      expectSubscriptions(source.subscriptions).toBe('^---!');
      expectSubscriptions(disk.subscriptions).toBe('-^--!');
    });
  });
});
