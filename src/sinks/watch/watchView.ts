import pc from 'picocolors';
import {
  asyncScheduler,
  fromEventPattern,
  interval,
  merge,
  NEVER,
  Observable,
  type OperatorFunction,
  type SchedulerLike,
  startWith,
  Subject,
  throttleTime,
} from 'rxjs';
import { checkOptions, checkTime, checkTypes } from '../../contracts/checkOption.js';
import type { FlowSnapshot } from '../../contracts/flow/FlowSnapshot.js';
import type { LivePrediction } from '../../contracts/live/Live.js';
import { subscribeSink } from '../internal/subscribeSink.js';
import type { TextStream } from '../progress/ProgressOutput.js';
import { showsUnicode } from '../terminal/showsUnicode.js';
import { TextOutput } from '../terminal/TextOutput.js';
import { wantsColors, type Environment } from '../terminal/wantsColors.js';
import { showsLinks } from '../terminal/showsLinks.js';
import type { WatchEvent } from './WatchEvent.js';
import type { WatchAction, WatchKey } from './WatchKey.js';
import { WatchControls } from './internal/WatchControls.js';
import { watchFrame } from './internal/watchFrame.js';
import { WatchRecord } from './internal/WatchRecord.js';

/** A Node stream that is a terminal, such as `process.stdout`. */
export type ScreenStream = TextStream & { readonly rows?: number | undefined };

/** Options of `watchView`. */
export interface WatchViewOptions {
  /** The model's classes, in its order. The colour of a class depends on its position. */
  readonly classes: readonly string[];
  /** Feeds that are shown before their first event; default none. */
  readonly feeds?: readonly string[] | undefined;
  /** Which predictions are listed; all are counted. Default: all. */
  readonly shows?: ((prediction: LivePrediction) => boolean) | undefined;
  /** The terminal; default `process.stdout`. */
  readonly stream?: ScreenStream | undefined;
  /** The clock; default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined;
  /**
   * The environment variables that describe the terminal: `TERM`, `NO_COLOR`, `FORCE_COLOR`, and the locale; default
   * `process.env`.
   */
  readonly env?: Environment | undefined;
  /** Whether to use colours; default: on a terminal that is not `dumb`, unless `NO_COLOR` is set. */
  readonly colors?: boolean | undefined;
  /** The minimum time between two frames, in ms; default 100. */
  readonly redraw?: number | undefined;
  /** Titles of feeds, by address; default: the feeds' own titles. */
  readonly titles?: ReadonlyMap<string, string> | undefined;
  /** Key presses; default none. With keys, the last line explains them. */
  readonly key$?: Observable<WatchKey> | undefined;
  /**
   * The state of the pipeline, from `watchFlow`. The key `f` shows it. Subscribed to before the source. Default: not
   * shown.
   */
  readonly flow$?: Observable<FlowSnapshot> | undefined;
  /** Receives the action of a key: quit, or open an article. Default: none. */
  readonly actions?: { next(action: WatchAction): void } | undefined;
  /** Emits after other output to the terminal; the whole frame is then redrawn. Default: never. */
  readonly again$?: Observable<unknown> | undefined;
}

/** The interval at which ages are updated if nothing else happens, in ms. */
const TICK = 1000;

/**
 * Terminals that support these show everything between the two at once; others ignore them. In between, lines do not
 * wrap: a terminal may count more columns than this program (for emoji, soft hyphens, letters of ambiguous width). A
 * wrapped line would take the place of the next one, and would stay at each redraw.
 */
const BEGIN = '\u001b[?2026h\u001b[?7l';
const END = '\u001b[?7h\u001b[?2026l';
const CLEAR = '\u001b[H\u001b[2J';
const ERASE_LINE = '\u001b[K';
const ERASE_BELOW = '\u001b[J';

/** Moves to the first of the given number of lines above the cursor. */
const up = (lines: number): string => (lines === 0 ? '\r' : `\r\u001b[${lines}A`);

/** A pseudo-terminal without a known size reports 0. */
const sizeOf = (given: number | undefined, usual: number): number =>
  given === undefined || given === 0 ? usual : given;

/**
 * Shows live headlines on a terminal as they are classified: one frame that is redrawn again and again, with the newest
 * headline on top.
 *
 * A writing sink: it emits nothing, and completes once its last frame is written.
 *
 * ```marbles drawn
 * source:  -p-ppp-f-----p-|      p: a prediction;  f: a feed that could not be read
 *          watchView({ classes })
 * shown:   12-4--57----8--9      frames: at most one every 100 ms, and one a second for the ages
 * result:  ---------------|
 * ```
 *
 * At the top: headlines per second over the last minute, the latency from arrival to result (median and 99th percentile
 * of the last thousand), the total counts and the count of each class, and a line per feed with its last reading, its
 * next one, and its error. Below: age, class, probability as a bar and a number, title and source. Titles are untrusted
 * text: control characters are escaped. Each line is cut to the terminal's width and the frame to its height, also
 * after a resize. Titles are links if the terminal supports links (OSC 8).
 *
 * With `key$`, Space pauses the list, the arrow keys select a headline, Enter requests its article, `/` filters by
 * words in titles, classes and sources, Escape continues, and `q` requests the end. With `flow$`, `f` shows the stages
 * of the pipeline in place of the headlines.
 *
 * - Memory: the newest 200 predictions, the last thousand latencies, a count per class, and a line per feed.
 * - A slow terminal misses frames, but never the last one. The cursor is never hidden and stays below the frame, so the
 *   terminal remains usable however the process ends.
 * - If the stream fails (a closed terminal), the view completes without an error.
 * - Errors: the source's, after the last frame.
 *
 * @throws HeadwaterError `HW_USAGE` at once if `redraw` is not a number from 0
 *
 * @example
 * ```ts
 * import { PassThrough } from 'node:stream';
 * import { of } from 'rxjs';
 * import { watchView } from 'headwater';
 * const stream = new PassThrough();
 * const opened = { type: 'opened', source: 'stdin', at: Date.now() } as const;
 * of(opened).pipe(watchView({ classes: ['Sports', 'World'], stream })).subscribe();
 * stream.read().toString(); // a frame, in which stdin is open and no headline has come
 * ```
 */
export const watchView = (options: WatchViewOptions): OperatorFunction<WatchEvent, never> => {
  checkOptions('watchView', options, "{ classes: ['Sports', 'World'] }");
  checkTypes('watchView', options, { colors: 'boolean' });
  const {
    classes,
    feeds = [],
    shows = () => true,
    stream = process.stdout,
    scheduler = asyncScheduler,
    env = process.env,
    colors = wantsColors(stream, env),
    redraw = 100,
    titles,
    key$,
    flow$,
    actions,
    again$ = NEVER,
  } = options;
  checkTime('watchView', 'redraw', redraw, true);
  const paint = pc.createColors(colors);
  const unicode = showsUnicode(env);
  const links = showsLinks(stream, env);

  return (source) =>
    new Observable((subscriber) => {
      const follow = subscribeSink(subscriber);
      const output = new TextOutput(stream, () => subscriber.complete());
      const record = new WatchRecord(classes, feeds, shows, scheduler.now(), titles);
      const controls =
        key$ === undefined ? undefined : new WatchControls(flow$ !== undefined, (source) => record.titleOf(source));
      const changed$ = new Subject<void>();
      let ended = false;
      let flow: FlowSnapshot | undefined;

      /** The lines of the last frame, above the cursor. */
      let drawn: readonly string[] = [];

      const draw = (): void => {
        const size = { columns: sizeOf(stream.columns, 80), rows: sizeOf(stream.rows, 24) };
        const state = record.state(scheduler.now());
        const listing = controls?.listing(state.newest, state.shown);
        const lines = watchFrame(state, { ...size, unicode, paint, links, listing, flow });
        if (lines.length === drawn.length && lines.every((line, i) => line === drawn[i])) return;
        // Each line overwrites the old one, and then the rest of the old line is erased. The screen is never blank in
        // between, so it does not flicker.
        output.write(
          `${BEGIN}${up(drawn.length)}${lines.map((line) => `${line}${ERASE_LINE}\n`).join('')}${ERASE_BELOW}${END}`,
        );
        drawn = lines;
      };
      /** Draws the last frame, and erases what a key (such as Ctrl-C) has printed below it. */
      const finish = (): void => {
        if (ended) return;
        ended = true;
        draw();
        output.write(`\r${ERASE_BELOW}`);
      };
      const resized$ = fromEventPattern<unknown>(
        (listener) => stream.on('resize', listener),
        (listener) => stream.off('resize', listener),
      );

      subscriber.add(() => {
        finish();
        output.release();
      });
      subscriber.add(
        merge(resized$, again$).subscribe(() => {
          // After a resize, terminals may or may not wrap lines of the old width, so the number of screen lines is
          // unknown. The output of others is unknown as well.
          output.write(CLEAR);
          drawn = [];
          changed$.next();
        }),
      );
      subscriber.add(
        merge(changed$, interval(TICK, scheduler))
          .pipe(startWith(undefined), throttleTime(redraw, scheduler, { leading: true, trailing: true }))
          .subscribe(() => {
            // No frame is drawn while the terminal is behind; the next frame includes everything that this one would
            // show.
            if (!ended && !output.isBehind) draw();
          }),
      );
      subscriber.add(
        flow$?.subscribe({
          next: (snapshot) => {
            flow = snapshot;
            changed$.next();
          },
          error: (error: unknown) => subscriber.error(error),
        }),
      );
      if (controls !== undefined && key$ !== undefined)
        subscriber.add(
          key$.subscribe((key) => {
            const { newest, shown } = record.state(scheduler.now());
            const action = controls.press(key, newest, shown);
            if (action !== undefined) actions?.next(action);
            changed$.next();
          }),
        );
      const end = (settle: () => void): void => {
        finish();
        output.whenFlushed(settle);
      };
      follow(source, {
        next: (event) => {
          record.take(event, scheduler.now());
          changed$.next();
        },
        error: (error) => end(() => subscriber.error(error)),
        complete: () => end(() => subscriber.complete()),
      });
    });
};
