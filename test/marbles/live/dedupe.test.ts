import { defer, map, of, range, Subject, take } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { LiveHeadline } from '../../../src/contracts/live/Live.js';
import { dedupe, type DedupeOptions, type RepeatedHeadline } from '../../../src/operators/live/dedupe.js';
import { dedupeMemory, dedupeMemoryFrom, DedupeMemoryJson } from '../../../src/operators/live/dedupeMemory.js';
import { recordingDeliveries } from '../../../src/testing/recordingDeliveries.js';
import { runMarbles } from '../../../src/testing/runMarbles.js';
import { headline } from '../../operators/live/headline.js';

const values = {
  a: headline({ guid: 'a', title: 'Ferry returns' }),
  b: headline({ guid: 'b', title: 'Copper slips' }),
  c: headline({ guid: 'c', title: 'Otters win' }),
};

/** The ids of those that are let through, headlines being numbered as they come. */
const passing = (given: readonly Partial<LiveHeadline>[], options?: DedupeOptions): readonly number[] => {
  const ids: number[] = [];
  of(...given.map((fields, id) => headline({ ...fields, id })))
    .pipe(dedupe(options))
    .subscribe(({ id }) => ids.push(id));
  return ids;
};

describe('dedupe', () => {
  it('lets each headline through once', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('--a--b--a--c--b--|', values);
      const expected = '   --a--b-----c-----|';
      const subscribed = ' ^----------------!';
      expectObservable(source.pipe(dedupe())).toBe(expected, values);
      expectSubscriptions(source.subscriptions).toBe(subscribed);
    });
  });

  it('never emits for a source that never does', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-', values);
      expectObservable(source.pipe(dedupe()), '^--!').toBe('-');
      expectSubscriptions(source.subscriptions).toBe('^--!');
    });
  });

  it('completes with an empty source', () => {
    runMarbles(({ cold, expectObservable }) => {
      expectObservable(cold('---|', values).pipe(dedupe())).toBe('---|');
    });
  });

  it('passes an error of the source', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a-#', values, 'cut');
      expectObservable(source.pipe(dedupe())).toBe('-a-#', values, 'cut');
      expectSubscriptions(source.subscriptions).toBe('^--!');
    });
  });

  it('leaves its source as soon as it is unsubscribed from', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a-b-c|', values);
      expectObservable(source.pipe(dedupe()), '^---!').toBe('-a-b', values);
      expectSubscriptions(source.subscriptions).toBe('^---!');
    });
  });

  it('stops a synchronous source when its subscriber leaves', () => {
    let read = 0;
    defer(() => range(0, 1e9).pipe(map((n) => headline({ guid: String(read++), title: `Report ${n}` }))))
      .pipe(dedupe(), take(3))
      .subscribe();
    expect(read).toBe(3);
  });

  it('knows a headline that its consumer pushes from within next', () => {
    const source = new Subject<LiveHeadline>();
    const seen: (string | undefined)[] = [];
    source.pipe(dedupe()).subscribe((item) => {
      seen.push(item.guid);
      if (item === values.a) for (const other of [values.a, values.b]) source.next(other);
    });
    source.next(values.a);
    source.next(values.b);
    expect(seen).toEqual(['a', 'b']);
  });

  it('ends with what repeats throws', () => {
    const seen: unknown[] = [];
    const repeats = {
      next: () => {
        throw new Error('enough');
      },
    };
    of(values.a, values.b, values.a, values.c)
      .pipe(dedupe({ repeats }))
      .subscribe({ next: ({ guid }) => seen.push(guid), error: (error: unknown) => seen.push(error) });
    expect(seen).toEqual(['a', 'b', new Error('enough')]);
  });

  it('tells of each repeat, and by what it was known', () => {
    const told: RepeatedHeadline[] = [];
    const first = headline({ guid: '1', link: 'https://a.example/ferry', title: 'Ferry returns' });
    const repeats = [
      headline({ guid: '1', title: first.title }),
      headline({ guid: '2', link: first.link, title: 'A third', source: 'another' }),
      headline({ guid: '3', title: first.title, source: 'a third' }),
      headline({ guid: '1', title: 'Ferry is back' }),
    ];
    of(first, ...repeats)
      .pipe(dedupe({ repeats: { next: (repeat) => told.push(repeat) } }))
      .subscribe();
    expect(told).toEqual([
      { type: 'repeat', headline: repeats[0], by: 'guid' },
      { type: 'repeat', headline: repeats[1], by: 'link' },
      { type: 'repeat', headline: repeats[2], by: 'content' },
      { type: 'correction', headline: repeats[3], by: 'guid' },
    ]);
  });

  it('knows a guid within its source alone', () => {
    expect(
      passing([
        { guid: '1', source: 'x', title: 'One' },
        { guid: '1', source: 'y', title: 'Two' },
        { guid: '1', source: 'x', title: 'Three' },
      ]),
    ).toEqual([0, 1]);
  });

  it('knows a guid that is an address when its site changes to https', () => {
    expect(
      passing([
        { guid: 'http://a.example/?p=1', title: 'One', reading: 0 },
        { guid: 'http://a.example/?p=2', title: 'Two', reading: 0 },
        { guid: 'https://a.example/?p=1', title: 'One', reading: 1 },
        { guid: 'http://a.example/?p=2', title: 'Two', reading: 1 },
        { guid: 'http://a.example/?p=1', title: 'One', reading: 1 },
      ]),
    ).toEqual([0, 1]);
  });

  it('does not take headlines without a guid for one', () => {
    expect(
      passing([{ title: 'One' }, { title: 'Two' }, { guid: '', title: 'Three' }, { guid: '', title: 'Four' }]),
    ).toEqual([0, 1, 2, 3]);
  });

  it.each([
    ['https://news.example/a', 'http://news.example/a'],
    ['https://news.example/a', 'HTTPS://News.EXAMPLE/a'],
    ['https://news.example/a', 'https://www.news.example/a/'],
    ['https://news.example/a', 'https://news.example:443/a#:~:text=comments'],
    ['https://news.example/a?id=1&page=2', 'https://news.example/a?page=2&id=1'],
    ['https://news.example/a?id=1', 'https://news.example/a?utm_source=rss&id=1&UTM_Campaign=x&fbclid=9'],
    ['relative/address', ' relative/address/ '],
    ['no address', ' no address '],
  ])('takes %s and %s for one link', (one, other) => {
    expect(
      passing([
        { link: one, title: 'One' },
        { link: other, title: 'Other' },
      ]),
    ).toEqual([0]);
  });

  it.each([
    ['https://news.example/a', 'https://news.example/b'],
    ['https://news.example/a', 'https://news.example/A'],
    ['https://news.example/a#1', 'https://news.example/a#2'],
    ['https://news.example/a?id=1', 'https://news.example/a?id=2'],
    ['https://news.example/a', 'https://other.example/a'],
    ['https://news.example/', 'https://news.example'],
    ['https://news.example:8080/?utm_source=rss#1', 'https://news.example:8080/#2'],
    [undefined, undefined],
    ['', ' '],
  ])('does not take %s and %s for one link', (one, other) => {
    expect(
      passing([
        { link: one, title: 'One' },
        { link: other, title: 'Other' },
      ]),
    ).toEqual([0, 1]);
  });

  it.each([
    ['The ferry returns', '  THE FERRY -- returns! '],
    ['A "new" bridge’s opening', 'A «new» bridge\u00a0s opening'],
    ['Ｆｕｌｌ ｗｉｄｔｈ', 'full width'],
    ['Caf\u00e9', 'cafe\u0301'],
    ['Hy\u00adphen', 'hyphen'],
  ])('takes %j and %j for one title', (one, other) => {
    expect(passing([{ title: one }, { title: other }])).toEqual([0]);
  });

  it.each([
    ['Shares up 5', 'Shares up 6'],
    ['Price is $5', 'Price is €5'],
    ['Low of 5 tonight', 'Low of -5 tonight'],
    ['C# 14 is out', 'C 14 is out'],
    ['रक', 'रका'],
    ['?!', '...'],
    ['', ''],
  ])('does not take %j and %j for one title', (one, other) => {
    expect(passing([{ title: one }, { title: other }])).toEqual([0, 1]);
  });

  it('remembers every key of a repeat: the next one may share another with it', () => {
    expect(
      passing([
        { guid: '1', title: 'One' },
        { guid: '1', title: 'Two' },
        { guid: '9', title: 'Two', source: 'another' },
      ]),
    ).toEqual([0]);
  });

  it('knows headlines by what it is told to', () => {
    const given = [
      { guid: '1', link: 'https://a.example/x', title: 'Live' },
      { guid: '2', link: 'https://a.example/y', title: 'Live' },
      { guid: '3', link: 'https://a.example/x', title: 'Other' },
    ];
    expect(passing(given, { by: ['guid'] })).toEqual([0, 1, 2]);
    expect(passing(given, { by: ['link'] })).toEqual([0, 1]);
    expect(passing(given, { by: ['content'] })).toEqual([0, 2]);
    expect(passing(given, { by: ['content', 'link'] })).toEqual([0]);
  });

  it('takes no key of a kind for one of another', () => {
    expect(
      passing([{ link: 'no address', title: 'A' }, { title: 'No address' }, { guid: 'no address', title: 'B' }]),
    ).toEqual([0, 1, 2]);
  });

  it('forgets the key that was not seen for longest', () => {
    const of2 = { by: ['guid'], capacity: 2 } as const;
    expect(
      passing(
        ['a', 'b', 'c', 'a'].map((guid) => ({ guid })),
        of2,
      ),
    ).toEqual([0, 1, 2, 3]);
    // a is seen again and so stays; b goes.
    expect(
      passing(
        ['a', 'b', 'a', 'c', 'a', 'b'].map((guid) => ({ guid })),
        of2,
      ),
    ).toEqual([0, 1, 3, 5]);
  });

  it('knows a headline again where there is room for the keys of one alone', () => {
    const whole = { guid: '1', link: 'https://a.example/x', title: 'Ferry returns' };
    expect(passing([whole, whole, whole, whole], { capacity: 5 })).toEqual([0]);
  });

  it('starts with an empty memory at every subscription, unless it is given one', () => {
    const seen = (options?: DedupeOptions): readonly number[] => {
      const counts: number[] = [];
      const once$ = of(values.a, values.a).pipe(dedupe(options));
      for (let i = 0; i < 2; i++) {
        let count = 0;
        once$.subscribe(() => count++);
        counts.push(count);
      }
      return counts;
    };
    expect(seen()).toEqual([1, 1]);
    expect(seen({ memory: dedupeMemory() })).toEqual([1, 0]);
  });

  it('knows after a restart what was seen before', () => {
    const before = dedupeMemory();
    of(values.a, values.b)
      .pipe(dedupe({ memory: before }))
      .subscribe();
    const written = JSON.stringify(before);
    const read: unknown = JSON.parse(written);
    if (!DedupeMemoryJson.is(read)) throw new Error('What was written does not pass its codec.');
    const guids: unknown[] = [];
    of(values.b, values.c)
      .pipe(dedupe({ memory: dedupeMemoryFrom(read) }))
      .subscribe(({ guid }) => guids.push(guid));
    expect(guids).toEqual(['c']);
  });

  it('refuses options that cannot work', () => {
    const refused = (options: DedupeOptions): void =>
      expect(() => dedupe(options)).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
    refused({ capacity: 0 });
    refused({ capacity: 1.5 });
    refused({ capacity: 2 ** 32 });
    // A headline's own keys would have pushed one another out before it comes again.
    refused({ capacity: 4 });
    refused({ capacity: 2, by: ['guid', 'link'] });
    refused({ memory: dedupeMemory({ capacity: 4 }) });
    refused({ capacity: 5, memory: dedupeMemory({ capacity: 5 }) });
    refused({ by: [] });
  });

  describe('within one source', () => {
    const link = 'https://a.example/advisories';
    const at = (reading: number, given: readonly Partial<LiveHeadline>[]): readonly Partial<LiveHeadline>[] =>
      given.map((fields) => ({ ...fields, reading }));

    it('takes another guid for another headline, whatever else it shares', () => {
      const warning = { title: 'Wind warning', link };
      expect(
        passing(
          at(0, [
            { guid: '1', ...warning },
            { guid: '2', ...warning },
            { guid: '3', link, title: 'Frost' },
          ]),
        ),
      ).toEqual([0, 1, 2]);
      expect(
        passing([
          ...at(0, [{ guid: '1', title: 'Wind warning', link: `${link}/1` }]),
          ...at(1, [{ guid: '2', title: 'Wind warning', link: `${link}/2` }]),
        ]),
      ).toEqual([0, 1]);
    });

    it('takes a new guid over an old link for a new headline where guids stay', () => {
      const before = [
        { guid: '1', title: 'Live', link },
        { guid: '2', title: 'Late goal', link: `${link}/2` },
      ];
      expect(passing([...at(0, before), ...at(1, [...before, { guid: '3', title: 'Live', link }])])).toEqual([0, 1, 4]);
    });

    it('knows an item by link and words where every reading has new guids', () => {
      const reading = (n: number): readonly Partial<LiveHeadline>[] =>
        at(
          n,
          [1, 2, 3].map((item) => ({ guid: `${n}-${item}`, title: `Item ${item}`, link: `${link}/${item}` })),
        );
      expect(passing([...reading(0), ...reading(1), ...reading(2), { ...reading(3)[0], title: 'Item 4' }])).toEqual([
        0, 1, 2, 9,
      ]);
    });

    it('does not take a guid or a link of several items for one', () => {
      const given = ['One', 'Two', 'Three'].map((title) => ({ guid: 'x', link, title }));
      expect(passing([...at(0, given), ...at(1, given)])).toEqual([0, 1, 2]);
      const without = given.map(({ title }) => ({ link, title }));
      expect(passing([...at(0, without), ...at(1, [...without, { link, title: 'Four' }])])).toEqual([0, 1, 2, 6]);
    });

    it('does not go by guids that are the places in the list', () => {
      const list = (n: number, ...titles: readonly string[]): readonly Partial<LiveHeadline>[] =>
        // The last item of a feed comes first.
        at(n, titles.map((title, place) => ({ guid: String(place), title, link: `${link}/${title}` })).toReversed());
      expect(passing([...list(0, 'A', 'B', 'C'), ...list(1, 'D', 'A', 'B'), ...list(2, 'E', 'D', 'A')])).toEqual([
        0, 1, 2, 5, 8,
      ]);
      // A corrected title is no such thing.
      expect(passing([...list(0, 'A', 'B', 'C'), ...list(1, 'D', 'B', 'C')])).toEqual([0, 1, 2]);
    });

    it('takes another link for another headline where there is no guid', () => {
      const briefing = (day: number, published?: number): Partial<LiveHeadline> => ({
        title: 'Briefing',
        link: `${link}/${day}`,
        published,
      });
      const other = { title: 'Late goal', link: `${link}/goal`, published: 1 };
      expect(passing([...at(0, [other, briefing(1, 1)]), ...at(1, [other, briefing(1, 1), briefing(2, 2)])])).toEqual([
        0, 1, 4,
      ]);
      // Two in one reading are two, also without a date.
      expect(passing([...at(0, [briefing(1), briefing(2)]), ...at(1, [briefing(1), briefing(2)])])).toEqual([0, 1]);
      // A part of the link that changes at every reading makes no new headline: of one item, or of all.
      expect(passing([...at(0, [other, briefing(1, 1)]), ...at(1, [other, briefing(2, 1)])])).toEqual([0, 1]);
      expect(passing([...at(0, [other, briefing(1)]), ...at(1, [other, briefing(2)])])).toEqual([0, 1]);
      expect(passing([...at(0, [briefing(1, 1)]), ...at(1, [briefing(2, 2)])])).toEqual([0]);
      // Content decides if that is asked for.
      const all = [...at(0, [other, briefing(1, 1)]), ...at(1, [other, briefing(1, 1), briefing(2, 2)])];
      expect(passing(all, { by: ['link', 'content'] })).toEqual([0, 1]);
    });

    it('takes another date for another headline where there is neither guid nor link', () => {
      const quake = (published?: number): Partial<LiveHeadline> => ({ title: 'Earthquake', published });
      expect(passing([...at(0, [quake(1), quake(2)]), ...at(1, [quake(1), quake(2), quake(3)])])).toEqual([0, 1, 4]);
      // The link is that of the map.
      const onMap = (published: number): Partial<LiveHeadline> => ({ ...quake(published), link });
      expect(passing([...at(0, [onMap(1), onMap(2)]), ...at(1, [onMap(1), onMap(2), onMap(3)])])).toEqual([0, 1, 4]);
      // Each reading has dates of its own.
      expect(passing([...at(0, [quake(1), quake(2)]), ...at(1, [quake(3), quake(4)])])).toEqual([0, 1]);
      expect(passing([...at(0, [quake(), quake()])])).toEqual([0]);
    });

    it('marks a headline that has the guid or the link of others', () => {
      const marked: unknown[] = [];
      of(
        ...at(0, [
          { guid: 'x', title: 'One' },
          { guid: 'x', title: 'Two' },
          { guid: 'y', title: 'Three' },
        ]),
        ...at(1, [{ guid: 'x', title: 'Four' }]),
        ...at(0, [
          { source: 'b', title: 'Five', published: 1 },
          { source: 'b', title: 'Five', published: 2 },
        ]),
      )
        .pipe(
          map((fields) => headline(fields)),
          dedupe(),
        )
        .subscribe(({ title, ambiguous = false }) => marked.push([title, ambiguous]));
      expect(marked).toEqual([
        ['One', false],
        ['Two', true],
        ['Three', false],
        ['Four', true],
        ['Five', false],
        ['Five', true],
      ]);
    });

    it('lets a corrected title through where that is asked for, once', () => {
      const corrected: unknown[] = [];
      const titles = ['Mayor resigns', 'Mayor does not resign', 'Mayor does not resign', 'Mayor resigns'];
      of(...titles.map((title, reading) => headline({ guid: '1', title, reading })))
        .pipe(dedupe({ corrections: true }))
        .subscribe(({ title, correction }) => corrected.push([title, correction]));
      expect(corrected).toEqual([
        ['Mayor resigns', undefined],
        ['Mayor does not resign', true],
      ]);
    });
  });

  describe('of deliveries', () => {
    it('counts a headline as seen once its delivery is done', () => {
      const memory = dedupeMemory();
      const passed: LiveHeadline[] = [];
      const source = new Subject<LiveHeadline>();
      source.pipe(dedupe({ memory, counts: 'delivered' })).subscribe((one) => passed.push(one));
      source.next(values.a);
      // Under way: it does not pass twice, and is not remembered yet.
      source.next(values.a);
      expect([passed.length, memory.size]).toEqual([1, 0]);
      passed[0]?.delivery?.settle({ type: 'retry', reason: 'busy' });
      source.next(values.a);
      expect([passed.length, memory.size]).toEqual([2, 0]);
      passed[1]?.delivery?.settle({ type: 'done' });
      passed[1]?.delivery?.settle({ type: 'retry', reason: 'too late' });
      source.next(values.a);
      expect([passed.length, memory.size]).toEqual([2, 3]);
    });

    it('settles what it was given as the headline is settled, and a repeat at once', () => {
      const given = [values.a, values.a, values.b, values.a];
      const recorded = recordingDeliveries(given);
      const passed: LiveHeadline[] = [];
      const source = new Subject<LiveHeadline>();
      source.pipe(dedupe({ counts: 'delivered' })).subscribe((one) => passed.push(one));
      const send = (i: number): void => source.next({ ...values.a, ...given[i], delivery: recorded.deliveries[i] });
      for (const i of [0, 1, 2]) send(i);
      expect(recorded.unsettled).toEqual(['0', '1', '2', '3']);
      passed[1]?.delivery?.settle({ type: 'give-up', reason: 'no words' });
      passed[0]?.delivery?.settle({ type: 'done' });
      send(3);
      expect(recorded.settled).toEqual([
        { id: '2', type: 'give-up', reason: 'no words' },
        { id: '0', type: 'done' },
        { id: '1', type: 'done' },
        { id: '3', type: 'done' },
      ]);
    });
  });
});
