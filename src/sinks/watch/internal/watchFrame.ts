import type pc from 'picocolors';
import type { LivePrediction } from '../../../contracts/live/Live.js';
import type { FlowSnapshot } from '../../../contracts/flow/FlowSnapshot.js';
import { flowTable } from '../../flow/flowTable.js';
import { duration, perSecond } from '../../progress/internal/progressLine.js';
import { classPaints } from './classPaints.js';
import { linked } from '../../terminal/showsLinks.js';
import { cutText, fitText, oneLine, widthOf } from './fitText.js';
import type { WatchListing } from './WatchControls.js';
import type { FeedState, WatchState } from './WatchState.js';

/** The properties of the terminal, and the options of a frame. */
export interface FrameStyle {
  /** The terminal's width. */
  readonly columns: number;
  /** The terminal's height. */
  readonly rows: number;
  /** Whether the terminal shows Unicode. */
  readonly unicode: boolean;
  readonly paint: ReturnType<typeof pc.createColors>;
  /** Which headlines are shown. Default: the newest. */
  readonly listing?: WatchListing | undefined;
  /** The last snapshot of the pipeline; undefined if there is none. */
  readonly flow?: FlowSnapshot | undefined;
  /** Whether titles are links. Default false. */
  readonly links?: boolean | undefined;
  /** The text shown while there is no headline. Default: that the view waits for headlines. */
  readonly waiting?: string | undefined;
}

/**
 * A part of a line, and how it is coloured. It is cut before it is coloured, because escape sequences take no columns.
 */
type Stretch = readonly [text: string, paint?: (text: string) => string];

/** The widths of the fixed columns of a headline's line. */
const AGE = 4;
const BAR = 10;
/** The maximum width of the class. */
const CLASS = 16;
/** The maximum width of the source. Below the minimum it is not readable, and is left out. */
const SOURCE = 24;
const SOURCE_LEAST = 12;
/** If the title has less room than this, the source is left out, and then the bar. */
const TITLE = 32;

const whole = (count: number): string => count.toLocaleString('en-US');

const counted = (count: number, what: string): string => `${whole(count)} ${what}`;

/**
 * The age of a past time in at most four columns: `12s`, `3m`, `2h`, `5d`. A time in the future, from a clock that is
 * ahead, counts as now.
 */
const ageOf = (ms: number): string => {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h`;
  const days = Math.floor(seconds / 86_400);
  return days < 1000 ? `${days}d` : 'old';
};

const milliseconds = (ms: number): string => {
  if (ms >= 1000) return `${(ms / 1000).toFixed(1)} s`;
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
};

/** An address without its scheme, `www.` and password. */
const shortAddress = (source: string): string =>
  oneLine(source.replace(/^[a-z+]+:\/\/(?:[^/@]*@)?(?:www\.)?/i, '').replace(/\/$/, ''));

/** How the repeats were recognized, if in more than one way. */
const reasons = (by: WatchState['repeatedBy']): string => {
  const named = Object.entries(by).filter(([, count]) => count > 0);
  return named.length < 2 ? '' : ` (${named.map(([name, count]) => `${whole(count)} by ${name}`).join(', ')})`;
};

/** The displayed name of a feed: its title, or else its address. */
const nameOf = ({ source, title }: FeedState): string => {
  const name = oneLine(title ?? '').trim();
  return name === '' ? shortAddress(source) : name;
};

/**
 * Draws the state as the lines of a terminal: rates, counts and feeds at the top, then the headlines, the newest first.
 *
 * At most `rows - 1` lines, because the cursor stands in the last one. At most `columns - 1` columns, because terminals
 * differ in where the cursor goes after the last column. What does not fit is left out: first sources and bars, then
 * feeds without errors, then all lines of the top but the first.
 *
 * @internal
 */
export const watchFrame = (state: WatchState, style: FrameStyle): readonly string[] => {
  const { unicode, paint, links = false, waiting = 'Waiting for headlines.' } = style;
  const {
    headlines: listed,
    chosen,
    hint,
    showsFlow = false,
  } = style.listing ?? { headlines: state.newest, chosen: undefined, hint: undefined };
  const width = Math.max(0, style.columns - 1);
  const height = Math.max(0, style.rows - 1);
  const ellipsis = unicode ? '…' : '...';
  const paintOf = classPaints(
    state.classes.map(({ category }) => category),
    paint,
  );

  const draw = (...stretches: readonly Stretch[]): string => {
    let left = width;
    let drawn = '';
    for (const [text, painted] of stretches) {
      const cut = cutText(text, left, ellipsis);
      left -= widthOf(cut);
      drawn += painted === undefined || cut === '' ? cut : painted(cut);
      // This part was cut, so the next one must not follow it directly.
      if (cut !== text) break;
    }
    return drawn;
  };
  const apart = (...stretches: readonly Stretch[]): readonly Stretch[] =>
    stretches.flatMap((stretch, index) => (index === 0 ? [stretch] : ([['   '], stretch] as const)));

  const titles = new Map(state.feeds.map((feed) => [feed.source, nameOf(feed)]));
  const sourceName = (source: string): string => titles.get(source) ?? shortAddress(source);
  const troubled = state.feeds.filter(
    ({ status }) => status === 'failing' || status === 'gone' || status === 'unreadable',
  );
  const titleLine = (): string => {
    const lag =
      state.lag === undefined
        ? []
        : [[`lag p50 ${milliseconds(state.lag.p50)}, p99 ${milliseconds(state.lag.p99)}`] as const];
    const failing = troubled.length === 0 ? [] : [[`${whole(troubled.length)} failing`, paint.red] as const];
    return draw(
      ...apart(
        ['headwater watch', paint.bold],
        [perSecond(state.perSecond, 'headlines')],
        ...lag,
        [counted(state.feeds.length, state.feeds.length === 1 ? 'feed' : 'feeds')],
        ...failing,
      ),
    );
  };
  const countLine = (): string =>
    draw(
      ...apart(
        [counted(state.headlines, 'classified')],
        [counted(state.shown, 'shown')],
        [`${counted(state.repeated, 'repeated')}${reasons(state.repeatedBy)}`, paint.dim],
        ...(state.corrected === 0 ? [] : [[counted(state.corrected, 'corrected'), paint.yellow] as const]),
        [counted(state.dropped, 'dropped'), state.dropped > 0 ? paint.yellow : paint.dim],
        [counted(state.rejected, 'rejected'), state.rejected > 0 ? paint.yellow : paint.dim],
      ),
    );
  const classLine = (): string =>
    draw(
      ...apart(
        ...state.classes.map(({ category, headlines }): Stretch => [
          `${oneLine(category)} ${whole(headlines)}`,
          paintOf(category),
        ]),
      ),
    );

  const heard = ({ status, lastRead, items }: FeedState): string => {
    if (lastRead === undefined) return 'not read yet';
    const age = ageOf(state.now - lastRead);
    if (status === 'open') return `open for ${age}`;
    return `${items === undefined ? '' : `${counted(items, items === 1 ? 'item' : 'items')}, `}read ${age} ago`;
  };
  const feedLine = (feed: FeedState, nameWidth: number): string => {
    const name: Stretch = [`${fitText(nameOf(feed), nameWidth, ellipsis)}  `];
    const gaps = feed.gaps === 0 ? '' : `, ${counted(feed.gaps, feed.gaps === 1 ? 'gap' : 'gaps')}`;
    const moved = feed.movedTo === undefined ? '' : `, moved to ${shortAddress(feed.movedTo)}`;
    const next = feed.nextRead === undefined ? '' : `, next in ${duration((feed.nextRead - state.now) / 1000)}`;
    // The line already begins with the feed's name, so its address is removed from the message.
    const message = feed.error ?? '';
    const error = oneLine(message.startsWith(feed.source) ? message.slice(feed.source.length) : message);
    switch (feed.status) {
      case 'waiting':
        return draw([unicode ? '○ ' : '- ', paint.dim], name, ['waiting', paint.dim]);
      case 'read':
      case 'open':
        return draw(
          [unicode ? '● ' : '+ ', paint.green],
          name,
          [`${heard(feed)}${next}${moved}`, paint.dim],
          [gaps, paint.yellow],
        );
      case 'failing':
      case 'unreadable':
        return draw(
          [unicode ? '✗ ' : '! ', paint.red],
          name,
          [`${heard(feed)}${next}  `, paint.dim],
          [error, paint.red],
        );
      case 'gone':
        return draw([unicode ? '✗ ' : '! ', paint.red], name, ['given up  ', paint.dim], [error, paint.red]);
    }
  };
  const feedLines = (room: number): readonly string[] => {
    if (room < 1) return [];
    const nameWidth = Math.min(
      Math.max(0, ...state.feeds.map((feed) => widthOf(nameOf(feed)))),
      Math.max(8, Math.floor(width * 0.4)),
    );
    if (state.feeds.length <= room) return state.feeds.map((feed) => feedLine(feed, nameWidth));
    // If there is no room for all feeds, those with failures are shown first.
    const told = [...troubled, ...state.feeds.filter((feed) => !troubled.includes(feed))].slice(0, room - 1);
    return [
      ...told.map((feed) => feedLine(feed, nameWidth)),
      draw([`${ellipsis} and ${counted(state.feeds.length - told.length, 'more')}`, paint.dim]),
    ];
  };

  const classWidth = Math.min(CLASS, Math.max(0, ...state.classes.map(({ category }) => widthOf(oneLine(category)))));
  // A mark in front of the selected headline.
  const markWidth = hint === undefined ? 0 : 2;
  const withoutBar = markWidth + AGE + 2 + classWidth + 1 + 4 + 2;
  const withBar = withoutBar + BAR + 1;
  const wanted = Math.min(
    SOURCE,
    Math.max(0, ...listed.slice(0, height).map(({ headline }) => widthOf(sourceName(headline.source)))),
  );
  const showsBar = width >= withBar + TITLE;
  const sourceWidth = Math.min(wanted, width - withBar - TITLE - 2);
  const showsSource = sourceWidth >= Math.min(wanted, SOURCE_LEAST);
  const titleWidth = Math.max(0, width - (showsBar ? withBar : withoutBar) - (showsSource ? 2 + sourceWidth : 0));

  const headlineLine = ({ headline, category, known, distribution }: LivePrediction, isChosen: boolean): string => {
    // Without known words the class is arbitrary, which the class alone would not show.
    const title = `${known === 0 ? '[nothing read] ' : ''}${oneLine(headline.title)}`;
    const probability = distribution[0]?.probability ?? 0;
    const full = Math.max(0, Math.min(BAR, Math.round(probability * BAR)));
    const painted = paintOf(category);
    const since =
      headline.published !== undefined && headline.published <= state.now ? headline.published : headline.seen;
    const bar: readonly Stretch[] = showsBar
      ? [[(unicode ? '█' : '#').repeat(full), painted], [(unicode ? '░' : '-').repeat(BAR - full), paint.dim], [' ']]
      : [];
    const source: readonly Stretch[] = showsSource
      ? [[`  ${cutText(sourceName(headline.source), sourceWidth, ellipsis)}`, paint.dim]]
      : [];
    const titled = showsSource ? fitText(title, titleWidth, ellipsis) : cutText(title, titleWidth, ellipsis);
    const paintTitle = (text: string): string => {
      // The padding after the title is not part of the link.
      const words = text.trimEnd();
      const shown = isChosen ? paint.bold(words) : words;
      return `${links ? linked(shown, headline.link) : shown}${text.slice(words.length)}`;
    };
    return draw(
      ...(markWidth === 0 ? [] : [[isChosen ? (unicode ? '▸ ' : '> ') : '  ', paint.bold] as const]),
      [`${ageOf(state.now - since).padStart(AGE)}  `, paint.dim],
      [`${fitText(oneLine(category), classWidth, ellipsis)} `, painted],
      ...bar,
      [`${probability.toFixed(2)}  `],
      [titled, paintTitle],
      ...source,
    );
  };

  const top = [titleLine(), countLine(), classLine()].slice(0, height < 8 ? 1 : 3);
  const feeds = feedLines(Math.floor((height - top.length) / 3));
  const above = [...top, ...feeds, ...(height < 8 ? [] : [''])].slice(0, height);
  const below = hint === undefined || height - above.length < 3 ? [] : [draw([oneLine(hint), paint.dim])];
  const room = height - above.length - below.length;
  if (showsFlow) {
    const lines =
      style.flow === undefined ? ['Nothing is known of the flow yet.'] : flowTable(style.flow, { unicode }).split('\n');
    return [...above, ...lines.slice(0, room).map((line) => draw([line])), ...below];
  }
  const first = Math.max(0, (chosen ?? 0) - room + 1);
  const headlines = listed
    .slice(first, first + room)
    .map((prediction, row) => headlineLine(prediction, first + row === chosen));
  const nothing = state.newest.length === 0 ? waiting : 'No headline passes the filter.';
  const empty = headlines.length === 0 && room > 0 ? [draw([nothing, paint.dim])] : [];
  return [...above, ...headlines, ...empty, ...below];
};
