import { checkArgument, checkText } from '../contracts/checkArgument.js';
import type { RunHelpers } from 'rxjs/testing';
import { HeadwaterError } from '../contracts/HeadwaterError.js';
import type { Valve } from '../contracts/flow/Valve.js';
import { valve } from '../streams/valve.js';

/**
 * A valve that closes at every `c` of a marble diagram and opens at every `o`: for tests of sources that obey a valve.
 *
 * Others may hold it too. It is open while the diagram has it open and nobody else holds it.
 *
 * ```marbles
 * diagram: --c--o-
 * open$:   o-c--o-
 * ```
 *
 * @param helpers the run helpers of the `TestScheduler`
 * @param marbles the diagram: `c` closes, `o` opens
 * @throws HeadwaterError `HW_USAGE` for a diagram with other marks
 *
 * @example
 * ```ts
 * import { marbleSource, marbleValve, runMarbles } from 'headwater/testing';
 *
 * runMarbles((helpers) => {
 *   const valve = marbleValve(helpers, '           --c----o');
 *   const source$ = marbleSource(helpers, '        -a-b-c-|', undefined, { valve });
 *   helpers.expectObservable(source$).toBe('       -a-----b-c-|');
 * });
 * ```
 */
export const marbleValve = (helpers: RunHelpers, marbles: string): Valve => {
  checkArgument('marbleValve', 'helpers', helpers, 'the helpers of runMarbles()', ['hot', 'cold']);
  checkText('marbleValve', 'marbles', marbles, 'a marble diagram');

  const mark$ = helpers.hot(marbles, { c: 'close', o: 'open' });
  for (const { notification } of mark$.messages) {
    if (notification.kind !== 'N' || (notification.value !== 'close' && notification.value !== 'open')) {
      throw new HeadwaterError('HW_USAGE', `marbleValve: '${marbles}' has a mark other than c (closes) and o (opens).`);
    }
  }
  const made = valve();
  let release: (() => void) | undefined;
  mark$.subscribe((mark) => {
    if (mark === 'close') release ??= made.hold();
    else {
      release?.();
      release = undefined;
    }
  });
  return made;
};
