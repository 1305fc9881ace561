import { describe, expect, it } from 'vitest';
import type { WatchKey } from '../../../src/sinks/watch/WatchKey.js';
import { WatchControls } from '../../../src/sinks/watch/internal/WatchControls.js';
import { livePrediction } from './live.js';

const list = ['Third', 'Second', 'First'].map((title, i) =>
  livePrediction({ title, link: i === 1 ? undefined : `https://news.example/${title}` }),
);
const later = [livePrediction({ title: 'Fourth' }), ...list];

/** Presses keys by their names; a text in quotes is typed. */
const press = (controls: WatchControls, keys: string, newest = list, shown = newest.length) =>
  keys
    .split(' ')
    .flatMap((name): readonly WatchKey[] =>
      name.startsWith('"')
        ? Array.from(name.slice(1, -1), (text) => ({ name: text, text }))
        : [{ name, text: name === 'space' ? ' ' : '' }],
    )
    .map((key) => controls.press(key, newest, shown))
    .at(-1);

const titles = (controls: WatchControls, newest = list): readonly string[] =>
  controls.listing(newest, newest.length).headlines.map(({ headline }) => headline.title);

describe('WatchControls', () => {
  it('holds the list while it is paused, and counts what comes', () => {
    const controls = new WatchControls();
    press(controls, 'space');
    expect(titles(controls, later)).toEqual(['Third', 'Second', 'First']);
    expect(controls.listing(later, 4).hint).toMatch(/^paused, 1 new; escape continues/);
    press(controls, 'space', later);
    expect(titles(controls, later)[0]).toBe('Fourth');
  });

  it('chooses a headline by arrows, which holds the list, and opens its link', () => {
    const controls = new WatchControls();
    press(controls, 'down');
    expect(controls.listing(list, 3).chosen).toBe(0);
    expect(press(controls, 'return')).toEqual({ type: 'open', link: 'https://news.example/Third' });
    expect(controls.listing(list, 3).hint).toBe('https://news.example/Third');
    expect(press(controls, 'down return')).toBeUndefined();
    expect(controls.listing(list, 3).hint).toBe('This headline has no link.');
    press(controls, 'end down', later);
    expect(controls.listing(later, 4).chosen).toBe(2);
    press(controls, 'home up');
    expect(controls.listing(list, 3).chosen).toBe(0);
    press(controls, 'pagedown pageup escape');
    expect(controls.listing(later, 4)).toMatchObject({ chosen: undefined, headlines: later });
  });

  it('filters by words that are typed, among which q is a letter', () => {
    const controls = new WatchControls();
    expect(press(controls, '/ "q"')).toBeUndefined();
    expect(controls.listing(list, 3).hint).toMatch(/^\/q_/);
    expect(titles(controls)).toEqual([]);
    press(controls, 'backspace "SPORTS" space "fir" return');
    expect(titles(controls, later)).toEqual(['First']);
    expect(controls.listing(list, 3).hint).toBe('filter: sports fir; escape clears it');
    expect(press(controls, '"q"')).toEqual({ type: 'quit' });
    press(controls, '/ escape');
    expect(titles(controls)).toHaveLength(3);
  });

  it('filters by the title of a source that is shown, and by a text that is pasted', () => {
    const controls = new WatchControls(false, () => 'The Daily Straßburg');
    press(controls, '/ "daily" return');
    expect(titles(controls)).toHaveLength(3);
    // A text that is pasted is no keys, even if it has letters that are.
    expect(controls.press({ name: 'paste', text: 'q' }, list, 3)).toBeUndefined();
    press(controls, '/');
    controls.press({ name: 'paste', text: ' third' }, list, 3);
    expect(titles(controls)).toEqual(['Third']);
  });

  it('finds a letter in either of its two forms', () => {
    const decomposed = [livePrediction({ title: 'Zu\u0308rich' })];
    const controls = new WatchControls();
    press(controls, '/ "Z\u00fcRICH" return');
    expect(titles(controls, decomposed)).toHaveLength(1);
  });

  it('shows the flow by f, where there is one, and the headlines again by f or escape', () => {
    const without = new WatchControls();
    press(without, '"f"');
    expect(without.listing(list, 3)).not.toHaveProperty('showsFlow');
    const controls = new WatchControls(true);
    expect(controls.listing(list, 3).hint).toMatch(/, f shows the flow$/);
    press(controls, '"f"');
    expect(controls.listing(list, 3)).toMatchObject({
      showsFlow: true,
      hint: 'f or escape shows the headlines again',
    });
    // The list is not seen, so it is not moved.
    press(controls, 'down space');
    expect(press(controls, 'return')).toBeUndefined();
    press(controls, 'escape');
    expect(controls.listing(list, 3)).toMatchObject({ headlines: list, chosen: undefined });
    expect(controls.listing(list, 3).hint).toMatch(/^q quits/);
    press(controls, '/ "f"');
    expect(controls.listing(list, 3).hint).toMatch(/^\/f_/);
  });

  it('does nothing for Enter where nothing is chosen, nor for keys that mean nothing', () => {
    const controls = new WatchControls();
    const before = controls.listing(list, 3);
    expect(press(controls, 'return f5 tab')).toBeUndefined();
    expect(controls.listing(list, 3)).toEqual(before);
  });
});
