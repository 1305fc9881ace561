import cliProgress from 'cli-progress';
import type pc from 'picocolors';

/** The content of a progress line. */
export interface ProgressLine {
  /** The current activity, such as `epoch 2/8`. */
  readonly label: string;
  /** The number of finished units. */
  readonly done: number;
  /** The expected total; undefined if it is not known. */
  readonly total: number | undefined;
  /** The unit, such as `rows`. */
  readonly unit: string;
  /** Units per second; undefined if not known yet. */
  readonly rate: number | undefined;
  /** Additional text, such as a loss. */
  readonly note: string | undefined;
}

/** How a bar is drawn. */
export interface BarStyle {
  /** The terminal's width, in columns. */
  readonly columns: number;
  /** Whether the terminal shows Unicode. */
  readonly unicode: boolean;
  readonly paint: ReturnType<typeof pc.createColors>;
}

/**
 * The widest and the narrowest bar, in columns. At the widest, the longest usual line fits 80 columns, so that the bar
 * keeps its size while the numbers change.
 */
const MOST = 20;
const LEAST = 8;

const whole = (count: number): string => Math.round(count).toLocaleString('en-US');

/** A duration such as `8s`, `3m05s`, `2h07m`. */
export const duration = (seconds: number): string => {
  const s = Math.max(0, Math.ceil(seconds));
  const two = (n: number): string => n.toString().padStart(2, '0');
  if (s < 60) return `${s}s`;
  return s < 3600
    ? `${Math.floor(s / 60)}m${two(s % 60)}s`
    : `${Math.floor(s / 3600)}h${two(Math.floor((s % 3600) / 60))}m`;
};

const share = ({ done, total }: ProgressLine): number | undefined =>
  total === undefined || total <= 0 ? undefined : Math.min(1, done / total);

/** A rate such as `4,321 rows/s`, `0.4 rows/s`. */
export const perSecond = (rate: number, unit: string): string =>
  `${rate < 10 ? rate.toFixed(1) : whole(rate)} ${unit}/s`;

/** The rate, and the remaining time if the total is known. */
const pace = ({ done, total, unit, rate }: ProgressLine): string[] => {
  if (rate === undefined) return [];
  const left = total === undefined || total <= 0 ? [] : [`${duration((total - done) / rate)} left`];
  return [perSecond(rate, unit), ...left];
};

/** The maximum number of columns of a text: a character outside ASCII may take two. */
const width = (text: string): number => {
  let columns = 0;
  for (const character of text) columns += character < '\u0080' ? 1 : 2;
  return columns;
};

/** As much of a text as fits, because a wrapped line cannot be redrawn. */
const cut = (text: string, columns: number): string => {
  let fits = '';
  let left = columns;
  for (const character of text) {
    left -= width(character);
    if (left < 0) break;
    fits += character;
  }
  return fits;
};

/** Progress as a line of text for a log: `epoch 2/8  61%  1,220/2,000 rows  4,321 rows/s  12s left`. */
export const plainLine = (line: ProgressLine): string => {
  const part = share(line);
  const counted =
    line.total === undefined
      ? `${whole(line.done)} ${line.unit}`
      : `${whole(line.done)}/${whole(line.total)} ${line.unit}`;
  return [
    line.label,
    ...(part === undefined ? [] : [`${Math.floor(part * 100)}%`]),
    counted,
    ...pace(line),
    ...(line.note === undefined ? [] : [line.note]),
  ].join('  ');
};

/** Progress as a line with a bar that fits the terminal: `epoch 2/8  ██████░░░░  61%  4,321 rows/s  12s left`. */
export const barLine = (line: ProgressLine, { columns, unicode, paint }: BarStyle): string => {
  // The last column is not used, because terminals differ in where the cursor goes after it.
  const room = columns - 1;
  const part = share(line);
  if (part === undefined) return cut(plainLine(line), room);
  const tail = [
    `${Math.floor(part * 100)}%`.padStart(4),
    ...pace(line),
    ...(line.note === undefined ? [] : [line.note]),
  ].join('  ');
  const barsize = Math.min(MOST, room - width(line.label) - width(tail) - 4);
  if (barsize < LEAST) return cut(`${line.label}  ${tail.trimStart()}`, room);
  // Only the bar text comes from cli-progress. Its own bars use their own timers, not our scheduler and stream.
  const complete = Math.round(part * barsize);
  const bar = cliProgress.Format.BarFormat(part, {
    barsize,
    barGlue: '',
    barCompleteString: (unicode ? '█' : '#').repeat(barsize),
    barIncompleteString: (unicode ? '░' : '-').repeat(barsize),
  });
  return `${line.label}  ${paint.cyan(bar.slice(0, complete))}${paint.dim(bar.slice(complete))}  ${tail}`;
};
