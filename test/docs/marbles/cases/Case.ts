import { type Observable } from 'rxjs';
import type { RunHelpers } from 'rxjs/testing';

/** What a diagram is run with: the marbles of its lines by their names. */
export interface Run {
  readonly helpers: RunHelpers;
  readonly marbles: (line: string) => string;
  /** A cold source that plays a line. */
  readonly play: <T = string>(line: string, values?: Readonly<Record<string, T>>) => Observable<T>;
}

/** What each further line of a diagram must show, as letters. */
export type Case = (run: Run) => Readonly<Record<string, Observable<string>>>;
