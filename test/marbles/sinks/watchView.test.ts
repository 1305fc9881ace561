import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { watchView } from '../../../src/sinks/watch/watchView.js';
import type { WatchEvent } from '../../../src/sinks/watch/WatchEvent.js';
import type { WatchAction, WatchKey } from '../../../src/sinks/watch/WatchKey.js';
import { systemError } from '../../sinks/FakeStream.js';
import { CLASSES, livePrediction } from '../../sinks/watch/live.js';
import { VirtualTerminal } from '../../sinks/watch/VirtualTerminal.js';

const scheduler = (): TestScheduler => new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
const env = { LANG: 'C.UTF-8', TERM: 'xterm' };
const values: Record<string, WatchEvent> = {
  a: livePrediction({ title: 'First', seen: 0 }),
  b: livePrediction({ title: 'Second', seen: 1 }),
  c: livePrediction({ title: 'Third', seen: 2 }),
};
const view = (stream: VirtualTerminal) => watchView({ classes: CLASSES, stream, env, colors: false });
const titles = (stream: VirtualTerminal): readonly string[] =>
  stream.screen.flatMap((line) => /\b(First|Second|Third)\b/.exec(line)?.[0] ?? []);
const listeners = (stream: VirtualTerminal): number =>
  ['error', 'drain', 'close', 'resize'].reduce((sum, name) => sum + stream.listenerCount(name), 0);

describe('watchView', () => {
  it('draws over what it drew, the newest on top, emits nothing, and completes with its last frame written', () => {
    const stream = new VirtualTerminal();
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  -a 200ms b 200ms (c|)', values);
      expectObservable(source.pipe(view(stream))).toBe('403ms |');
      expectSubscriptions(source.subscriptions).toBe('^ 402ms !');
    });
    expect(titles(stream)).toEqual(['Third', 'Second', 'First']);
    // One frame: nothing of an earlier one is left above or below, and the cursor stands in an empty line.
    expect(stream.screen.filter((line) => line.startsWith('headwater watch'))).toHaveLength(1);
    expect(stream.screen[0]).toMatch(/^headwater watch/);
    expect(stream.screen.at(-1)).toBe('');
    expect(stream.text).not.toContain('\u001b[?25');
    expect(listeners(stream)).toBe(0);
  });

  it('lets no line wrap while it draws, as a terminal may count other columns', () => {
    const stream = new VirtualTerminal();
    scheduler().run(({ cold, expectObservable }) => {
      expectObservable(cold('a|', values).pipe(view(stream))).toBe('-|');
    });
    const modes = Array.from({ length: stream.frames }, () => ['[?7l', '[?7h']).flat();
    expect(stream.text.match(/\[\?7[lh]/g)).toEqual(modes);
    expect(modes).not.toEqual([]);
  });

  it('draws at most ten times a second, however much comes, and shows the last of it', () => {
    const stream = new VirtualTerminal();
    scheduler().run(({ cold, expectObservable }) => {
      // One every millisecond, for a second.
      const source = cold(`${'a'.repeat(999)}b 9999ms -`, values);
      expectObservable(source.pipe(view(stream)), '1100ms !').toBe('');
    });
    expect(stream.frames).toBeGreaterThanOrEqual(10);
    expect(stream.frames).toBeLessThanOrEqual(12);
    expect(stream.screen[1]).toMatch(/^1,000 classified/);
    expect(titles(stream)[0]).toBe('Second');
  });

  it('brings the ages up to date once a second where nothing comes, and does not draw what is drawn already', () => {
    const stream = new VirtualTerminal();
    scheduler().run(({ cold, expectObservable }) => {
      expectObservable(cold('a 9999ms -', values).pipe(view(stream)), '5500ms !').toBe('');
    });
    // At the start and with the first headline (which came within the same 100 ms), then each second.
    expect(stream.frames).toBe(7);
    expect(stream.screen.find((line) => line.includes('First'))).toMatch(/^ {2}5s /);
    const idle = new VirtualTerminal();
    scheduler().run(({ cold, expectObservable }) => {
      expectObservable(cold('9999ms -', values).pipe(view(idle)), '5500ms !').toBe('');
    });
    expect(idle.frames).toBe(1);
  });

  it('leaves the last state on the screen when it is left, and no listener on the stream', () => {
    const stream = new VirtualTerminal();
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a---b---c', values);
      expectObservable(source.pipe(view(stream)), '^-----!').toBe('');
      expectSubscriptions(source.subscriptions).toBe('^-----!');
    });
    // The second came 4 ms after a frame: it is there all the same.
    expect(titles(stream)).toEqual(['Second', 'First']);
    expect(listeners(stream)).toBe(0);
  });

  it('wipes away what a key left below the frame', () => {
    const stream = new VirtualTerminal();
    scheduler().run(({ cold, expectObservable }) => {
      // Ctrl-C is echoed where the cursor stands, and ends it.
      cold('400ms x').subscribe(() => (stream.text += '^C'));
      expectObservable(cold('-a 9999ms -', values).pipe(view(stream)), '500ms !').toBe('');
    });
    expect(stream.screen.join('\n')).not.toContain('^C');
  });

  it('passes on an error of the source, after the last frame', () => {
    const stream = new VirtualTerminal();
    scheduler().run(({ cold, expectObservable }) => {
      expectObservable(cold('-ab#', values).pipe(view(stream))).toBe('---#');
    });
    expect(titles(stream)).toEqual(['Second', 'First']);
    expect(listeners(stream)).toBe(0);
  });

  it('completes at once with an empty source, leaving a frame', () => {
    const stream = new VirtualTerminal();
    scheduler().run(({ cold, expectObservable }) => expectObservable(cold('|', values).pipe(view(stream))).toBe('|'));
    expect(stream.screen).toContain('Waiting for headlines.');
  });

  it('is drawn anew, in the new size, when the terminal is resized', () => {
    const stream = new VirtualTerminal({ columns: 100, rows: 24 });
    scheduler().run(({ cold, expectObservable }) => {
      cold('300ms x').subscribe(() => stream.resize(40, 10));
      expectObservable(cold('a 9999ms -', values).pipe(view(stream)), '999ms !').toBe('');
    });
    const { screen } = stream;
    expect(Math.max(...screen.map((line) => line.length))).toBeLessThan(40);
    expect(screen.length).toBeLessThanOrEqual(10);
    expect(screen.filter((line) => line.startsWith('headwater watch'))).toHaveLength(1);
    expect(titles(stream)).toEqual(['First']);
  });

  it('takes a terminal without a known size for 80 columns and 24 rows', () => {
    const stream = new VirtualTerminal({ columns: 0, rows: 0 });
    scheduler().run(({ cold, expectObservable }) =>
      expectObservable(cold('(abc|)', values).pipe(view(stream))).toBe('|'),
    );
    expect(titles(stream)).toEqual(['Third', 'Second', 'First']);
  });

  it('leaves a terminal alone that is behind, but for the last frame', () => {
    const stream = new VirtualTerminal({ slow: true });
    scheduler().run(({ cold, expectObservable }) => {
      expectObservable(cold('a 199ms b 199ms c 9999ms -', values).pipe(view(stream)), '999ms !').toBe('');
    });
    stream.takeAll();
    expect(stream.frames).toBe(2);
    expect(titles(stream)).toEqual(['Third', 'Second', 'First']);
  });

  it('completes quietly when the terminal is gone, and leaves the source', () => {
    const stream = new VirtualTerminal();
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a---b---c', values);
      cold('---x').subscribe(() => stream.emit('error', systemError('EIO')));
      expectObservable(source.pipe(view(stream))).toBe('---|');
      expectSubscriptions(source.subscriptions).toBe('^--!');
    });
    expect(titles(stream)).toEqual([]);
  });

  it.each([-1, NaN])('refuses to be redrawn every %s ms', (redraw) => {
    expect(() => watchView({ classes: CLASSES, redraw })).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
  });

  it('does what keys say: pauses, goes on, filters, asks for an article and for the end', () => {
    const stream = new VirtualTerminal();
    const asked: WatchAction[] = [];
    const key = (name: string): WatchKey => ({ name, text: name.length === 1 ? name : '' });
    const keys = {
      s: key('space'),
      d: key('down'),
      r: key('return'),
      e: key('escape'),
      '/': key('/'),
      f: key('f'),
      q: key('q'),
    };
    const seen: (readonly string[])[] = [];
    scheduler().run(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const source = cold('a 999ms l 999ms c 6999ms -', {
        ...values,
        l: livePrediction({ title: 'Second', link: 'https://news.example/2' }),
      });
      // The list stands still from 500 ms on; the third comes when it goes on.
      const key$ = hot('500ms s 999ms d 99ms d 399ms r 499ms e 499ms / 9ms f 9ms r 499ms q', keys);
      const looks = cold('1400ms x 1399ms x 299ms x 699ms (x|)');
      looks.subscribe(() => seen.push(titles(stream)));
      expectObservable(
        source.pipe(
          watchView({
            classes: CLASSES,
            stream,
            env,
            colors: false,
            key$,
            actions: { next: (action) => void asked.push(action) },
          }),
        ),
        '8000ms !',
      ).toBe('');
      expectSubscriptions(key$.subscriptions).toBe('^ 7999ms !');
    });
    expect(seen[0]).toEqual(['First']);
    expect(seen.at(-1)).toEqual(['First']);
    expect(asked).toEqual([{ type: 'quit' }]);
    expect(stream.screen.at(-2)).toBe('filter: f; escape clears it');
  });
});
