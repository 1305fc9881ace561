import { concatMap, delay, finalize, of, take, tap, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { valve as makeValve } from '../../src/streams/valve.js';
import { marbleSource } from '../../src/testing/marbleSource.js';
import { marbleValve } from '../../src/testing/marbleValve.js';
import { runMarbles } from '../../src/testing/runMarbles.js';

describe('marbleSource', () => {
  it('plays as cold does where there is no valve', () => {
    runMarbles((helpers) => {
      for (const marbles of ['--a-(bc)-d-|', '(ab|)', '-a 10ms b', '|', '-', '', '--#', '-a#']) {
        const source$ = marbleSource(helpers, marbles);
        const cold$ = helpers.cold(marbles);
        helpers.expectObservable(source$).toEqual(cold$);
        helpers.flush();
        expect(source$.subscriptions).toEqual(cold$.subscriptions);
      }
    });
  });

  it('counts what was read, by all subscribers', () => {
    runMarbles((helpers) => {
      const source$ = marbleSource(helpers, '-a-b-c|', { a: 1, b: 2, c: 3 });
      helpers.expectObservable(source$, '^---!').toBe('-a-b', { a: 1, b: 2 });
      helpers.expectObservable(source$, '^-!').toBe('-a', { a: 1 });
      helpers.expectSubscriptions(source$.subscriptions).toBe(['^---!', '^-!']);
      expect(source$.read).toBe(0);
      helpers.flush();
      expect(source$.read).toBe(3);
    });
  });

  it('keeps back what is due while the valve is closed, and moves the rest by as much', () => {
    runMarbles((helpers) => {
      const valve = marbleValve(helpers, '            --c----o');
      const source$ = marbleSource(helpers, '         -a-b-c-|', undefined, { valve });
      const expected = '                              -a-----b-c-|';
      const subscribed = '                            ^----------!';
      helpers.expectObservable(source$).toBe(expected);
      helpers.expectSubscriptions(source$.subscriptions).toBe(subscribed);
    });
  });

  it('is not delayed by a valve that is open again when something is due', () => {
    runMarbles((helpers) => {
      const valve = marbleValve(helpers, '            --co----');
      helpers.expectObservable(marbleSource(helpers, '-a-----b|', undefined, { valve })).toBe('-a-----b|');
    });
  });

  it('keeps completion and errors back too', () => {
    runMarbles((helpers) => {
      const valve = marbleValve(helpers, '             c---o');
      helpers.expectObservable(marbleSource(helpers, ' --|', undefined, { valve })).toBe('----|');
      helpers
        .expectObservable(marbleSource(helpers, ' --#', undefined, { valve, error: 'cut' }))
        .toBe('----#', undefined, 'cut');
    });
  });

  it('stops between two values of one frame when the first makes its consumer hold the valve', () => {
    runMarbles((helpers) => {
      const brake = makeValve();
      const source$ = marbleSource(helpers, '-(abc|)', undefined, { valve: brake });
      const worked$ = source$.pipe(
        tap(() => expect(brake.isOpen).toBe(true)),
        concatMap((value) => {
          const release = brake.hold();
          return of(value).pipe(delay(2), finalize(release));
        }),
      );
      helpers.expectObservable(worked$).toBe('   ---a-b-(c|)');
      helpers.flush();
      expect(source$.read).toBe(3);
    });
  });

  it('waits again when its consumer holds the valve while it is telling that it opened', () => {
    runMarbles((helpers) => {
      const brake = makeValve();
      const source$ = marbleSource(helpers, '(abc|)', undefined, { valve: brake });
      const held$ = source$.pipe(tap(() => timer(2).subscribe(brake.hold())));
      helpers.expectObservable(held$).toBe('a-b-c-|');
    });
  });

  it('is never read further than its consumer lets it', () => {
    runMarbles((helpers) => {
      const brake = makeValve();
      const source$ = marbleSource(helpers, '(abcdef|)', undefined, { valve: brake });
      const held$ = source$.pipe(tap(() => brake.hold()));
      helpers.expectObservable(held$, '^ 100ms !').toBe('a');
      helpers.flush();
      expect(source$.read).toBe(1);
    });
  });

  it('stops when a synchronous consumer has enough, and leaves the valve', () => {
    runMarbles((helpers) => {
      const source$ = marbleSource(helpers, '-(abc|)');
      helpers.expectObservable(source$.pipe(take(2))).toBe('-(ab|)');
      helpers.expectSubscriptions(source$.subscriptions).toBe('^!');
      helpers.flush();
      expect(source$.read).toBe(2);
    });
  });

  it('emits nothing after it is unsubscribed from while it waits', () => {
    runMarbles((helpers) => {
      const valve = marbleValve(helpers, '            c-----o');
      const source$ = marbleSource(helpers, '         -a|', undefined, { valve });
      helpers.expectObservable(source$, '             ^--!').toBe('-');
      helpers.flush();
      expect(source$.read).toBe(0);
    });
  });
});

describe('marbleValve', () => {
  it('closes at c and opens at o, and never twice', () => {
    runMarbles((helpers) => {
      const valve = marbleValve(helpers, '            --c-c-o-o-c');
      helpers.expectObservable(valve.open$).toBe('        o-c---o---c', { o: true, c: false });
    });
  });

  it('stays closed while somebody else holds it', () => {
    runMarbles((helpers) => {
      const valve = marbleValve(helpers, '            -c-o-');
      const release = valve.hold();
      helpers.cold('-----r').subscribe(release);
      helpers.expectObservable(valve.open$).toBe('        c----o', { o: true, c: false });
    });
  });

  it.each(['-x-', '-c-o-|', '#'])('refuses other marks: %s', (marbles) => {
    runMarbles((helpers) => {
      expect(() => marbleValve(helpers, marbles)).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
    });
  });
});
