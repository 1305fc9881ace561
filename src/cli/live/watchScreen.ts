import { defer, filter, finalize, fromEventPattern, merge, NEVER, type Observable, Subject, takeUntil } from 'rxjs';
import { loadingFrame } from '../../sinks/watch/loadingFrame.js';
import type { WatchAction, WatchKey } from '../../sinks/watch/WatchKey.js';
import { openBrowser } from '../process/openBrowser.js';
import { opensBrowser } from '../process/opensBrowser.js';
import type { Terminal } from '../process/Terminal.js';
import { terminalKeys } from './terminalKeys.js';

/** The terminal of the view, and the requests of its keys. */
export interface WatchScreen {
  /** The keys; undefined if stdin is not a terminal. */
  readonly key$: Observable<WatchKey> | undefined;
  readonly actions: { next(action: WatchAction): void };
  /** Emits when the terminal may show other content, so that the view must be redrawn. */
  readonly again$: Observable<unknown>;
  /** Emits when the user asks to quit. */
  readonly quit$: Observable<unknown>;
  /** Removes the first frame, because the model is loaded and another frame follows. */
  readonly loaded: () => void;
}

/**
 * Runs the work of the view. The first frame appears at once, while the model is loaded. It also reads the keys of the
 * terminal.
 *
 * @param feeds the addresses of the feeds
 * @param titles their titles
 */
export const withScreen = <T>(
  feeds: readonly string[],
  titles: ReadonlyMap<string, string>,
  terminal: Terminal,
  work: (screen: WatchScreen) => Observable<T>,
): Observable<T> =>
  defer(() => {
    const { stdin, stdout, env } = terminal;
    const pressed$ = new Subject<WatchKey>();
    const quit$ = new Subject<void>();
    const begun$ = new Subject<void>();
    const keys =
      stdin.isTTY === true && stdin.setRawMode !== undefined ? terminalKeys(terminal).subscribe(pressed$) : undefined;
    const erase = loadingFrame({ feeds, titles, stream: stdout, env });
    let isLoading = true;
    const loaded = (): void => {
      if (isLoading) erase();
      isLoading = false;
    };
    // Later the view handles the keys, because a letter may be a part of a filter.
    const early = pressed$.subscribe(({ name }) => {
      if (isLoading && name === 'q') begun$.next();
    });
    return work({
      key$: keys === undefined ? undefined : pressed$,
      actions: {
        next: (action) => {
          if (action.type === 'quit') quit$.next();
          else if (opensBrowser(terminal)) openBrowser(action.link).catch(() => undefined);
        },
      },
      again$: merge(
        pressed$.pipe(filter(({ name }) => name === 'ctrl-l')),
        fromEventPattern<unknown>(
          (listener) => terminal.on('SIGCONT', listener),
          (listener) => terminal.off('SIGCONT', listener),
        ),
      ),
      quit$,
      loaded,
    }).pipe(
      takeUntil(begun$),
      finalize(() => {
        loaded();
        early.unsubscribe();
        keys?.unsubscribe();
      }),
    );
  });

/** The screen for output as lines: no keys, and no request to quit. */
export const noScreen: WatchScreen = {
  key$: undefined,
  actions: { next: () => undefined },
  again$: NEVER,
  quit$: NEVER,
  loaded: () => undefined,
};
