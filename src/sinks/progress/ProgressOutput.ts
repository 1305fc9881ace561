import type { Writable } from 'node:stream';
import pc from 'picocolors';
import { asyncScheduler, type SchedulerLike } from 'rxjs';
import { checkTime, checkTypes } from '../../contracts/checkOption.js';
import { isInteractive } from '../terminal/isInteractive.js';
import { barLine, plainLine, type BarStyle, type ProgressLine } from './internal/progressLine.js';
import { showsUnicode } from '../terminal/showsUnicode.js';
import { TextOutput } from '../terminal/TextOutput.js';
import { wantsColors, type Environment } from '../terminal/wantsColors.js';

/** A Node stream that may be a terminal, such as `process.stderr`. */
export type TextStream = Writable & { readonly isTTY?: boolean | undefined; readonly columns?: number | undefined };

/** Options for showing progress. */
export interface ProgressOptions {
  /** The output stream; default `process.stderr`, so that `process.stdout` has only results. */
  readonly stream?: TextStream | undefined;
  /** The clock; default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined;
  /**
   * The environment variables that describe the stream: `CI`, `TERM`, `NO_COLOR`, `FORCE_COLOR`, and the locale;
   * default `process.env`.
   */
  readonly env?: Environment | undefined;
  /** Whether one line is redrawn; default: if the stream is a terminal that is not `dumb`, and `CI` is not set. */
  readonly interactive?: boolean | undefined;
  /** Whether to use colours; default: on a terminal that is not `dumb`, unless `NO_COLOR` is set. */
  readonly colors?: boolean | undefined;
  /** The minimum time between two drawings of the bar, in ms; default 100. */
  readonly redraw?: number | undefined;
  /** The minimum time between a plain line of progress and the line before it, in ms; default 10,000. */
  readonly every?: number | undefined;
}

/** Moves to the first column; erases the text right of the cursor. */
const HOME = '\r';
const ERASE = '\u001b[K';

/**
 * Shows progress: on a terminal one line that is redrawn, elsewhere a line from time to time, with permanent lines in
 * between.
 *
 * The cursor is never hidden, so it is visible even after the process is killed. There is no timer: a line is drawn
 * when an event arrives and the last line is old enough.
 *
 * @internal
 */
export class ProgressOutput {
  readonly paint: ReturnType<typeof pc.createColors>;
  readonly #output: TextOutput;
  readonly #stream: TextStream;
  readonly #scheduler: SchedulerLike;
  readonly #interactive: boolean;
  readonly #unicode: boolean;
  readonly #between: number;
  #last: number;
  #drawn = false;

  /**
   * @param options the options of the user
   * @param onFailed called when the stream cannot be written to any more
   * @throws HeadwaterError `HW_USAGE` if a time is not a number from 0
   */
  constructor(options: ProgressOptions, onFailed: () => void) {
    const {
      stream = process.stderr,
      scheduler = asyncScheduler,
      env = process.env,
      interactive = isInteractive(stream, env),
      colors = wantsColors(stream, env),
    } = options;
    this.paint = pc.createColors(colors);
    this.#stream = stream;
    this.#scheduler = scheduler;
    this.#interactive = interactive;
    this.#unicode = showsUnicode(env);
    this.#between = interactive ? (options.redraw ?? 100) : (options.every ?? 10_000);
    // The bar is drawn at the first event. The first plain line waits for the whole interval.
    this.#last = interactive ? -Infinity : scheduler.now();
    this.#output = new TextOutput(stream, onFailed);
  }

  /** The time, in ms. */
  now(): number {
    return this.#scheduler.now();
  }

  /** Whether the last line is old enough for the next one. */
  isDue(now: number): boolean {
    return now - this.#last >= this.#between;
  }

  /**
   * Shows the progress. Nothing is drawn while the terminal is behind; the next drawing includes everything that this
   * one would show.
   */
  show(line: ProgressLine, now: number): void {
    this.#last = now;
    if (!this.#interactive) {
      this.#output.write(`${plainLine(line)}\n`);
      return;
    }
    if (this.#output.isBehind) return;
    const columns = this.#stream.columns;
    // A pseudo-terminal without a known size reports 0.
    const style: BarStyle = {
      columns: columns === undefined || columns === 0 ? 80 : columns,
      unicode: this.#unicode,
      paint: this.paint,
    };
    this.#output.write(`${HOME}${barLine(line, style)}${ERASE}`);
    this.#drawn = true;
  }

  /** Writes a permanent line in place of the bar. */
  print(text: string): void {
    this.#output.write(`${this.#drawn ? `${HOME}${ERASE}` : ''}${text}\n`);
    this.#drawn = false;
    this.#last = this.#interactive ? -Infinity : this.now();
  }

  /** Leaves an unfinished bar on the screen, and calls back when everything is written. */
  finish(done: () => void): void {
    this.#leaveBar();
    this.#output.whenFlushed(done);
  }

  /** Moves the cursor below the bar, and removes all listeners from the stream. */
  release(): void {
    this.#leaveBar();
    this.#output.release();
  }

  #leaveBar(): void {
    if (this.#drawn) this.#output.write('\n');
    this.#drawn = false;
  }
}

/** Throws for invalid options, before anything is shown. */
export const checkProgressOptions = (name: string, options: ProgressOptions): void => {
  const { redraw = 0, every = 0 } = options;
  checkTypes(name, options, { colors: 'boolean', interactive: 'boolean' });
  checkTime(name, 'redraw', redraw, true);
  checkTime(name, 'every', every, true);
};
