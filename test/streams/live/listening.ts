import type { Observable, Subscription } from 'rxjs';
import { expect, vi } from 'vitest';
import type { LiveHeadline, SourceEvent } from '../../../src/contracts/live/Live.js';
import type { Rejection } from '../../../src/contracts/rows/Rejection.js';

/** All that a live source did so far. */
export interface Heard {
  readonly headlines: LiveHeadline[];
  readonly titles: () => readonly string[];
  readonly rejections: Rejection[];
  readonly events: SourceEvent[];
  readonly types: () => readonly SourceEvent['type'][];
  /** How it ended; undefined while it has not. */
  ended: { readonly error: unknown } | undefined;
  readonly subscription: Subscription;
}

/** Listens to a live source that is given somewhere to tell things. */
export const listen = (
  source: (to: {
    readonly rejections: { next: (rejection: Rejection) => void };
    readonly events: { next: (event: SourceEvent) => void };
  }) => Observable<LiveHeadline>,
  each: (headline: LiveHeadline) => void = () => undefined,
): Heard => {
  const headlines: LiveHeadline[] = [];
  const rejections: Rejection[] = [];
  const events: SourceEvent[] = [];
  const source$ = source({
    rejections: { next: (rejection) => void rejections.push(rejection) },
    events: { next: (event) => void events.push(event) },
  });
  const heard: Omit<Heard, 'subscription'> = {
    headlines,
    rejections,
    events,
    titles: () => headlines.map(({ title }) => title),
    types: () => events.map(({ type }) => type),
    ended: undefined,
  };
  const subscription = source$.subscribe({
    next: (headline) => {
      headlines.push(headline);
      each(headline);
    },
    error: (error: unknown) => (heard.ended = { error }),
    complete: () => (heard.ended = { error: undefined }),
  });
  return Object.assign(heard, { subscription });
};

/** Waits until something holds; there are no times in these tests but a last one. */
export const until = (holds: () => void): Promise<void> => vi.waitFor(holds, { timeout: 60_000, interval: 5 });

/** The code of an error, where it has one. */
export const codeOf = ({ ended }: Heard): unknown => {
  expect(ended).toBeDefined();
  return ended?.error instanceof Error && 'code' in ended.error ? ended.error.code : ended?.error;
};
