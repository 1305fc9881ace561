import { describe, expect, it } from 'vitest';
import { VirtualTimeScheduler } from 'rxjs';
import { liveHeadline } from '../../../src/streams/live/liveHeadline.js';

describe('liveHeadline', () => {
  it('needs a title alone', () => {
    const clock = new VirtualTimeScheduler();
    clock.frame = 7;
    expect(liveHeadline({ title: 'Ferry back' }, clock)).toEqual({
      id: 0,
      title: 'Ferry back',
      source: 'program',
      guid: undefined,
      link: undefined,
      published: undefined,
      seen: 7,
      category: undefined,
    });
  });

  it('keeps what it is told', () => {
    const told = { id: 3, title: 'a', source: 's', guid: 'g', link: 'l', published: 1, seen: 2, category: 'c' };
    expect(liveHeadline(told)).toEqual(told);
  });

  it.each<[unknown, RegExp]>([
    [' \t', /title is " \\t"/],
    [7, /title is 7/],
    [undefined, /title is undefined/],
  ])('refuses the title %j', (title, message) => {
    expect(() => liveHeadline({ title } as never)).toThrow(message);
  });
});
