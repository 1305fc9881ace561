import pc from 'picocolors';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import type { FlowSnapshot } from '../../../src/contracts/flow/FlowSnapshot.js';
import type { WatchEvent } from '../../../src/sinks/watch/WatchEvent.js';
import { type FrameStyle, watchFrame } from '../../../src/sinks/watch/internal/watchFrame.js';
import { WatchRecord } from '../../../src/sinks/watch/internal/WatchRecord.js';
import type { LivePrediction } from '../../../src/contracts/live/Live.js';
import { CLASSES, livePrediction, NOON } from './live.js';

const plain = pc.createColors(false);
const colored = pc.createColors(true);
const SPORT = 'https://news.example/sport.xml';

interface Given extends Partial<FrameStyle> {
  readonly events?: readonly WatchEvent[];
  readonly feeds?: readonly string[];
  /** How long after noon it is drawn. */
  readonly after?: number;
  readonly shows?: (prediction: LivePrediction) => boolean;
}

const frame = ({
  events = [],
  feeds = [],
  after = 5000,
  shows = () => true,
  columns = 100,
  rows = 24,
  unicode = true,
  paint = plain,
  ...style
}: Given): readonly string[] => {
  const record = new WatchRecord(CLASSES, feeds, shows, NOON - 60_000);
  for (const event of events) record.take(event, NOON);
  return watchFrame(record.state(NOON + after), { columns, rows, unicode, paint, ...style });
};

const headlines = (lines: readonly string[]): readonly string[] => lines.slice(lines.indexOf('') + 1);

describe('a frame', () => {
  it('marks the headline that is chosen, says what the keys do, and makes links of titles', () => {
    const chosen = livePrediction({ title: 'Second', link: 'https://news.example/2 3' });
    const lines = frame({
      events: [livePrediction({ title: 'First' })],
      listing: { headlines: [livePrediction({ title: 'First' }), chosen], chosen: 1, hint: 'q quits' },
      links: true,
    });
    expect(headlines(lines)).toEqual([
      expect.stringMatching(/^ {4}5s {2}Sports .* 0\.97 {2}First +news\.example/),
      expect.stringContaining('0.97  \u001b]8;;https://news.example/2%203\u001b\\Second\u001b]8;;\u001b\\  '),
      'q quits',
    ]);
    expect(headlines(lines)[1]).toMatch(/^▸ {3}5s {2}Sports/);
  });

  it('shows the rows around the headline that is chosen where not all have room', () => {
    const all = Array.from({ length: 30 }, (_, i) => livePrediction({ title: `Number ${i}` }));
    const listing = { headlines: all, chosen: 20, hint: 'q quits' };
    const shown = headlines(frame({ events: all, listing, rows: 15 }));
    expect(shown).toHaveLength(10);
    expect(shown.at(-2)).toMatch(/^▸.* Number 20\b/);
  });

  it('shows the stages of the pipeline in place of the headlines', () => {
    const stage = { subscriptions: 1, rejected: 0, errors: 0 };
    const held = { operator: 'shed', held: 4, most: 9, bound: 10, highWaterMark: null };
    const flow: FlowSnapshot = {
      type: 'flow',
      atMs: 2000,
      intervalMs: 1000,
      stages: [
        { ...stage, name: 'classify', values: 90, rate: 40, busy: 0.8, latencyMs: 20, holdings: [] },
        { ...stage, name: 'queue', values: 94, rate: 44, busy: 0.1, latencyMs: 90, holdings: [held] },
      ],
      edges: [{ from: 'queue', to: 'classify', values: 94 }],
      valves: [],
      idle: 0.1,
      bottleneck: 'classify',
    };
    const events = [livePrediction({ title: 'First' })];
    const listing = { headlines: events, chosen: undefined, hint: 'f goes back', showsFlow: true };
    const lines = headlines(frame({ events, listing, flow, columns: 100 }));
    expect(lines[0]).toBe('flow after 2.0 s: 90 % of the time at work');
    expect(lines.find((line) => line.includes('queue'))).toMatch(/44 .*10 % .*90 ms .*shed 4 of 10/);
    expect(lines.find((line) => line.includes('classify'))).toMatch(/40 .*80 % .*20 ms .*bottleneck/);
    expect(lines.at(-1)).toBe('f goes back');
    expect(lines.join('\n')).not.toContain('First');
    expect(headlines(frame({ events, listing }))).toEqual(['Nothing is known of the flow yet.', 'f goes back']);
  });

  it('before anything has come says so', () => {
    expect(frame({ feeds: [SPORT, 'stdin'] })).toEqual([
      'headwater watch   0.0 headlines/s   2 feeds',
      '0 classified   0 shown   0 repeated   0 dropped   0 rejected',
      'Business 0   Sci/Tech 0   Sports 0   World 0',
      '○ news.example/sport.xml  waiting',
      '○ stdin                   waiting',
      '',
      'Waiting for headlines.',
    ]);
  });

  it('tells rate, lag, counts, and how it stands with each feed', () => {
    const seconds = (n: number) => NOON + n * 1000;
    const lines = frame({
      feeds: [SPORT, 'https://world.example/', 'wss://quick.example/feed', 'https://old.example/rss'],
      after: 30_000,
      events: [
        { type: 'read', source: SPORT, at: seconds(0), items: 30, nextInMs: 900_000 },
        { type: 'unchanged', source: SPORT, at: seconds(20), nextInMs: 900_000 },
        { type: 'read', source: 'https://world.example/', at: seconds(-300), items: 1, nextInMs: 300_000 },
        {
          type: 'failed',
          source: 'https://world.example/',
          at: seconds(10),
          code: 'HW_HTTP_STATUS',
          message: 'It answered\n503.',
          nextInMs: 40_000,
        },
        { type: 'opened', source: 'wss://quick.example/feed', at: seconds(5) },
        {
          type: 'failed',
          source: 'https://old.example/rss',
          at: seconds(10),
          code: 'HW_FEED',
          message: 'It is gone (410).',
          nextInMs: undefined,
        },
        { type: 'moved', source: SPORT, at: seconds(20), to: 'https://new.example/' },
        ...[1, 2, 3, 100].map((latencyMs, id) => livePrediction({ id }, id === 0 ? 'World' : 'Sports', 0.9, latencyMs)),
        { type: 'repeated', headlines: 7 },
        { type: 'dropped', headlines: 1200 },
        {
          type: 'rejection',
          reason: 'item',
          id: 0,
          source: SPORT,
          field: 'title',
          expected: 'a title',
          got: '',
        },
      ],
    });
    expect(lines.slice(0, 8)).toEqual([
      // Four in the last minute.
      'headwater watch   0.1 headlines/s   lag p50 2.0 ms, p99 100 ms   4 feeds   2 failing',
      '4 classified   4 shown   7 repeated   1,200 dropped   1 rejected',
      'Business 0   Sci/Tech 0   Sports 3   World 1',
      '● news.example/sport.xml  30 items, read 10s ago, next in 14m50s, moved to new.example',
      '✗ world.example           1 item, read 5m ago, next in 20s  It answered 503.',
      '● quick.example/feed      open for 25s',
      '✗ old.example/rss         given up  It is gone (410).',
      '',
    ]);
  });

  it('lists the newest first: the last that came, whenever it was published', () => {
    const events = [
      livePrediction({ title: 'a', published: NOON - 1000 }),
      livePrediction({ title: 'b', published: NOON - 9000 }),
      livePrediction({ title: 'c' }),
    ];
    expect(headlines(frame({ events })).map((line) => line.split(/ +/)[5])).toEqual(['c', 'b', 'a']);
  });

  it('shows age, class, probability as a bar and a number, title and source', () => {
    const events = [
      livePrediction({ title: 'One', published: NOON - 3_600_000 * 2 }, 'Sports', 0.97),
      livePrediction({ title: 'Two', seen: NOON + 1, published: NOON + 3_600_000 }, 'Sci/Tech', 0.42),
    ];
    expect(headlines(frame({ events }))).toEqual([
      // A feed whose clock runs ahead: its headline is as old as we have known it.
      `  4s  Sci/Tech ████░░░░░░ 0.42  Two${' '.repeat(40)}  news.example/sport.xml`,
      `  2h  Sports   ██████████ 0.97  One${' '.repeat(40)}  news.example/sport.xml`,
    ]);
  });

  it('lists what passes the filter, and counts all', () => {
    const events = [livePrediction({ title: 'goal' }), livePrediction({ title: 'vote' }, 'World')];
    const lines = frame({ events, shows: ({ category }) => category === 'World' });
    expect(lines[1]).toMatch(/^2 classified {3}1 shown/);
    expect(headlines(lines)).toHaveLength(1);
    expect(headlines(lines)[0]).toContain('vote');
  });

  it('escapes what would act on the terminal, in titles, classes, addresses and errors', () => {
    const evil = '\u001b[2J\u0007\u202eabc\u009b1m\r\nx\tlast';
    const record = new WatchRecord([`Sports${evil}`], [], () => true, NOON);
    record.take(livePrediction({ title: evil, source: evil }, `Sports${evil}`), NOON);
    record.take({ type: 'failed', source: evil, at: NOON, code: 'HW_FEED', message: evil, nextInMs: 1000 }, NOON);
    const lines = watchFrame(record.state(NOON), { columns: 300, rows: 24, unicode: true, paint: plain });
    for (const line of lines) expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
    expect(lines.at(-1)).toContain('\\u001b[2J\\u0007\\u202eabc\\u009b1m x last');
  });

  it('keeps a password of an address to itself', () => {
    expect(frame({ feeds: ['https://ann:secret@www.news.example/rss/'] })[3]).toBe('○ news.example/rss  waiting');
  });

  it('measures wide characters, and cuts between what a reader sees as characters', () => {
    const title = '東京👩‍👩‍👧‍👦é'.repeat(20);
    for (let columns = 72; columns < 90; columns++) {
      const [line = ''] = headlines(frame({ events: [livePrediction({ title })], columns }));
      expect(stringWidth(line)).toBeLessThanOrEqual(columns - 1);
      expect(stringWidth(line)).toBeGreaterThan(columns - 5);
      // A family is there whole or not at all.
      expect(line.replaceAll('👩‍👩‍👧‍👦', '')).not.toMatch(/[👩👧👦\u200d]/u);
    }
  });

  const full: readonly WatchEvent[] = [
    {
      type: 'failed',
      source: 'https://f9.example/',
      at: NOON,
      code: 'HW_FEED',
      message: 'no '.repeat(100),
      nextInMs: 1000,
    },
    ...Array.from({ length: 300 }, (_, id) =>
      livePrediction({ id, title: `${id} 東京 ${'word '.repeat(id % 60)}`, seen: NOON + id }, CLASSES[id % 4] ?? ''),
    ),
  ];
  const feeds = Array.from({ length: 30 }, (_, i) => `https://f${i}.example/`);

  it.each([1, 2, 5, 20, 40, 60, 79, 80, 100, 250])(
    'never goes beyond the last column but one of %i, with colours or without',
    (columns) => {
      for (const paint of [plain, colored]) {
        for (const unicode of [true, false]) {
          const lines = frame({ events: full, feeds, columns, unicode, paint });
          expect(Math.max(...lines.map((line) => stringWidth(line)))).toBeLessThanOrEqual(columns - 1);
        }
      }
    },
  );

  it.each([1, 2, 3, 5, 7, 8, 10, 24, 50, 300])(
    'leaves the last line of %i to the cursor, and fills the others',
    (rows) => {
      const lines = frame({ events: full, feeds, rows });
      // No more than 200 headlines are kept.
      expect(lines.length).toBe(Math.min(rows - 1, 3 + 30 + 1 + 200));
      if (rows > 2) expect(lines.at(-1)).toContain(' 0.97  ');
    },
  );

  it('tells feeds in trouble first where there is no room for all', () => {
    const lines = frame({
      feeds,
      rows: 20,
      events: [
        {
          type: 'failed',
          source: 'https://f17.example/',
          at: NOON,
          code: 'HW_FEED',
          message: 'Gone.',
          nextInMs: undefined,
        },
      ],
    });
    expect(lines.slice(3, 9)).toEqual([
      '✗ f17.example  given up  Gone.',
      '○ f0.example   waiting',
      '○ f1.example   waiting',
      '○ f2.example   waiting',
      '… and 26 more',
      '',
    ]);
  });

  it('leaves out the source, and then the bar, where the title would have no room', () => {
    const events = [livePrediction({ title: 'A title of more columns than a narrow terminal has to give' })];
    const at = (columns: number): string => headlines(frame({ events, columns }))[0] ?? '';
    expect(at(80)).toMatch(/ █+ 0\.97 {2}A title of more columns than a.*… {2}news\.example…$/);
    expect(at(70)).toMatch(/ █+ 0\.97 {2}A title of more columns .*…$/);
    expect(at(50)).toMatch(/Sports {3}0\.97 {2}A title .*…$/);
  });

  it('draws in ASCII where the terminal has no more', () => {
    const lines = frame({ events: full, feeds, unicode: false, columns: 60 }).map((line) =>
      line.replaceAll('東京', ''),
    );
    for (const line of lines) expect(line).toMatch(/^[ -~]*$/);
    expect(headlines(frame({ events: [livePrediction()], unicode: false }))[0]).toContain('##########');
  });

  it('gives each class a colour of its own, by its place, and none without colours', () => {
    const lines = frame({ events: CLASSES.map((category) => livePrediction({}, category)), paint: colored });
    const colorOf = (category: string): string | undefined =>
      lines
        .map((line) => new RegExp(`\u001b\\[(\\d+)m${category} +\u001b`).exec(line)?.[1])
        .find((code) => code !== undefined);
    const codes = CLASSES.map(colorOf);
    expect(codes).toEqual(['36', '33', '32', '35']);
    // The legend has the same.
    CLASSES.forEach((category, i) => expect(lines[2]).toContain(`\u001b[${codes[i] ?? ''}m${category} 1\u001b`));
    expect(frame({ events: full, feeds }).join('')).not.toContain('\u001b');
  });
});
