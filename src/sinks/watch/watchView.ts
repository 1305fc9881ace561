import { checkArgument } from '../../contracts/checkArgument.js';
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
import { checkTime } from '../../contracts/checkOption.js';
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

/** What `watchView` shows, and where. */
export interface WatchViewOptions {
  /** The model's classes, in its order: each has a colour by its place. */
  readonly classes: readonly string[];
  /** Feeds that are shown before they are heard of; default none. */
  readonly feeds?: readonly string[] | undefined;
  /** Which predictions are listed; all are counted. Default: every one. */
  readonly shows?: ((prediction: LivePrediction) => boolean) | undefined;
  /** The terminal; default `process.stdout`. */
  readonly stream?: ScreenStream | undefined;
  /** The clock; default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined;
  /**
   * The environment that says what the terminal can do: `TERM`, `NO_COLOR`, `FORCE_COLOR`, and the locale; default
   * `process.env`.
   */
  readonly env?: Environment | undefined;
  /** Whether to colour; default: on a terminal that is not `dumb`, unless `NO_COLOR` is set. */
  readonly colors?: boolean | undefined;
  /** The shortest time between two frames, in ms; default 100. */
  readonly redraw?: number | undefined;
  /** What people call feeds, by their addresses; default: what the feeds call themselves. */
  readonly titles?: ReadonlyMap<string, string> | undefined;
  /** Keys that are pressed; default none. With keys, the last line says what they do. */
  readonly key$?: Observable<WatchKey> | undefined;
  /** What the pipeline does: `watchFlow`. The key `f` shows it. Subscribed to before the source. Default: it is not shown. */
  readonly flow$?: Observable<FlowSnapshot> | undefined;
  /** Receives the action of a key: end, or open an article. Default: none. */
  readonly actions?: { next(action: WatchAction): void } | undefined;
  /** Emits when the terminal has shown something else: all is drawn anew. Default: never. */
  readonly again$?: Observable<unknown> | undefined;
}

/** How often the ages are brought up to date where nothing else happens, in ms. */
const TICK = 1000;

/** The terminal shows what stands between the two at once, where it knows them; others leave them out. */
const BEGIN = '\u001b[?2026h';
const END = '\u001b[?2026l';
const CLEAR = '\u001b[H\u001b[2J';
const ERASE_LINE = '\u001b[K';
const ERASE_BELOW = '\u001b[J';

/** Back to the first line of so many above the cursor. */
const up = (lines: number): string => (lines === 0 ? '\r' : `\r\u001b[${lines}A`);

/** A pseudo-terminal that was never told its size says 0. */
const sizeOf = (given: number | undefined, usual: number): number =>
  given === undefined || given === 0 ? usual : given;

/**
 * Shows live headlines on a terminal as they are classified: one frame drawn over and over, the newest headline on top.
 *
 * A writing sink: it emits nothing, and completes once its last frame is written.
 *
 * ```
 * source:  -p-ppp-f-----p-|      p a prediction, f a feed that could not be read
 *              watchView({ classes })
 * shown:   12-4--57----8--9      frames: at most one every 100 ms, and one a second for the ages
 * result:  ---------------|
 * ```
 *
 * Above: headlines a second over the last minute, the lag from arrival to result (median and 99th percentile of the
 * last thousand), counts of all that came and of each class, and a line a feed with its last reading, its next, and its
 * error. Below: age, class, probability as a bar and a number, title and source. Titles are text: what would act on the
 * terminal is escaped. Each line is cut to the terminal's width, the frame to its height, and both follow when it is
 * resized. Titles are links where the terminal shows links (OSC 8).
 *
 * With `key$`, Space pauses the list, the arrows choose a headline, Enter asks for its article, `/` filters by words in
 * titles, classes and sources, Escape goes on, and `q` asks for the end. With `flow$`, `f`
 * shows the stages of the pipeline in place of the headlines.
 *
 * - It holds the newest 200 predictions, the last thousand lags, a count a class, and a line a feed.
 * - A terminal that cannot keep up misses frames, never the last one. It never hides the cursor, which stands below the
 *   frame: whatever ends the process, the terminal is as it was.
 * - A stream that fails (a closed terminal) ends the showing quietly: it completes.
 * - Errors: the source's, after the last frame.
 *
 * @throws HeadwaterError `HW_USAGE` at once when `redraw` is not a number from 0
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
  checkArgument('watchView', 'options', options, "an object such as { classes: ['Sports', 'World'] }");
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
      const controls = key$ === undefined ? undefined : new WatchControls(flow$ !== undefined);
      const changed$ = new Subject<void>();
      let ended = false;
      let flow: FlowSnapshot | undefined;

      /** The lines that stand above the cursor. */
      let drawn: readonly string[] = [];

      const draw = (): void => {
        const size = { columns: sizeOf(stream.columns, 80), rows: sizeOf(stream.rows, 24) };
        const state = record.state(scheduler.now());
        const listing = controls?.listing(state.newest, state.shown);
        const lines = watchFrame(state, { ...size, unicode, paint, links, listing, flow });
        if (lines.length === drawn.length && lines.every((line, i) => line === drawn[i])) return;
        // Each line is written over the one that stands there, and what is left of that is erased then: nothing is ever
        // blank in between.
        output.write(
          `${BEGIN}${up(drawn.length)}${lines.map((line) => `${line}${ERASE_LINE}\n`).join('')}${ERASE_BELOW}${END}`,
        );
        drawn = lines;
      };
      /** Draws how it stands at the end, and wipes away what a key (Ctrl-C, say) has left below. */
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
          // Lines that were cut to the old width have been wrapped or not, as the terminal likes: nobody knows how many
          // there are. Nor is it known what others have written.
          output.write(CLEAR);
          drawn = [];
          changed$.next();
        }),
      );
      subscriber.add(
        merge(changed$, interval(TICK, scheduler))
          .pipe(startWith(undefined), throttleTime(redraw, scheduler, { leading: true, trailing: true }))
          .subscribe(() => {
            // A terminal that is behind is left alone: the next frame says more than the one it missed.
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
