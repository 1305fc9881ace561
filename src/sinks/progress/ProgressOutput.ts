import type { Writable } from 'node:stream';
import pc from 'picocolors';
import { asyncScheduler, type SchedulerLike } from 'rxjs';
import { checkTime } from '../../contracts/checkOption.js';
import { isInteractive } from '../terminal/isInteractive.js';
import { barLine, plainLine, type BarStyle, type ProgressLine } from './internal/progressLine.js';
import { showsUnicode } from '../terminal/showsUnicode.js';
import { TextOutput } from '../terminal/TextOutput.js';
import { wantsColors, type Environment } from '../terminal/wantsColors.js';

/** A Node stream that may be a terminal, such as `process.stderr`. */
export type TextStream = Writable & { readonly isTTY?: boolean | undefined; readonly columns?: number | undefined };

/** Where and how progress is shown. */
export interface ProgressOptions {
  /** Where it goes; default `process.stderr`, so that results on `process.stdout` stay clean. */
  readonly stream?: TextStream | undefined;
  /** The clock; default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined;
  /**
   * The environment that says what the stream can do: `CI`, `TERM`, `NO_COLOR`, `FORCE_COLOR`, and the locale; default
   * `process.env`.
   */
  readonly env?: Environment | undefined;
  /**
   * Whether one line is drawn over and over; default: where the stream is a terminal that is not `dumb`, and `CI` is
   * not set.
   */
  readonly interactive?: boolean | undefined;
  /** Whether to colour; default: on a terminal that is not `dumb`, unless `NO_COLOR` is set. */
  readonly colors?: boolean | undefined;
  /** The shortest time between two drawings of the bar, in ms; default 100. */
  readonly redraw?: number | undefined;
  /** The shortest time between a plain line of progress and the line before it, in ms; default 10,000. */
  readonly every?: number | undefined;
}

/** Back to the first column; and erase what stands right of the cursor. */
const HOME = '\r';
const ERASE = '\u001b[K';

/**
 * Shows progress: one line drawn over and over on a terminal, a line now and then elsewhere, with lasting lines
 * between.
 *
 * The cursor is never hidden, so that nothing can leave it hidden, not even a process that is killed. Nothing runs on a
 * timer: a line is drawn when an event comes and the last one is old enough.
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
   * @param options the user's
   * @param onFailed called when the stream cannot be written to any more
   * @throws HeadwaterError `HW_USAGE` when a time is not a number from 0
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
    // A bar is drawn at the first event; a log says nothing until there is something to say.
    this.#last = interactive ? -Infinity : scheduler.now();
    this.#output = new TextOutput(stream, onFailed);
  }

  /** The time, in ms. */
  now(): number {
    return this.#scheduler.now();
  }

  /** Whether the last line is old enough for another. */
  isDue(now: number): boolean {
    return now - this.#last >= this.#between;
  }

  /**
   * Shows where things stand. A terminal that is behind is left alone: the next drawing says more than the one it
   * missed.
   */
  show(line: ProgressLine, now: number): void {
    this.#last = now;
    if (!this.#interactive) {
      this.#output.write(`${plainLine(line)}\n`);
      return;
    }
    if (this.#output.isBehind) return;
    const columns = this.#stream.columns;
    // A pseudo-terminal that was never told its size says 0.
    const style: BarStyle = {
      columns: columns === undefined || columns === 0 ? 80 : columns,
      unicode: this.#unicode,
      paint: this.paint,
    };
    this.#output.write(`${HOME}${barLine(line, style)}${ERASE}`);
    this.#drawn = true;
  }

  /** Writes a line that stays, in the place of the bar. */
  print(text: string): void {
    this.#output.write(`${this.#drawn ? `${HOME}${ERASE}` : ''}${text}\n`);
    this.#drawn = false;
    this.#last = this.#interactive ? -Infinity : this.now();
  }

  /** Leaves a bar that stands unfinished where it is, and calls back when all is written. */
  finish(done: () => void): void {
    this.#leaveBar();
    this.#output.whenFlushed(done);
  }

  /** Leaves the stream as it was found: below the bar, with no listener on it. */
  release(): void {
    this.#leaveBar();
    this.#output.release();
  }

  #leaveBar(): void {
    if (this.#drawn) this.#output.write('\n');
    this.#drawn = false;
  }
}

/** Refuses options that cannot work, before there is anything to show. */
export const checkProgressOptions = (name: string, { redraw = 0, every = 0 }: ProgressOptions): void => {
  checkTime(name, 'redraw', redraw, true);
  checkTime(name, 'every', every, true);
};
