/** A notification of a timeline, at the frame that it comes in. */
export type Notification =
  | { readonly kind: 'next'; readonly frame: number; readonly name: string }
  | { readonly kind: 'complete' | 'error' | 'subscribe' | 'unsubscribe'; readonly frame: number };

/** A line of a diagram that has time on its axis. */
export interface Timeline {
  readonly type: 'timeline';
  readonly name: string;
  /** The marbles as the TestScheduler reads them. */
  readonly marbles: string;
  readonly notifications: readonly Notification[];
  /** How many frames it is long. */
  readonly frames: number;
  /** What stands behind the marbles: the meaning of their letters. */
  readonly legend: string;
}

/** A line of a diagram that names the operator between two timelines. */
export interface OperatorLine {
  readonly type: 'operator';
  readonly code: string;
}

/** A marble diagram of a doc comment. */
export interface Diagram {
  readonly text: string;
  readonly lines: readonly (Timeline | OperatorLine)[];
}

const TIMELINE = /^([^():]+):\s+([-\w(){}|#^!]+)(?:\s{2,}(.*))?$/;

const readMarbles = (marbles: string): Pick<Timeline, 'notifications' | 'frames'> => {
  const notifications: Notification[] = [];
  let group: number | undefined;
  Array.from(marbles).forEach((sign, at) => {
    const frame = group ?? at;
    if (sign === '(') group = at;
    else if (sign === ')') group = undefined;
    else if (sign === '|') notifications.push({ kind: 'complete', frame });
    else if (sign === '#') notifications.push({ kind: 'error', frame });
    else if (sign === '^') notifications.push({ kind: 'subscribe', frame });
    else if (sign === '!') notifications.push({ kind: 'unsubscribe', frame });
    else if (sign !== '-') notifications.push({ kind: 'next', frame, name: sign });
  });
  return { notifications, frames: marbles.length };
};

/**
 * Reads a marble diagram: lines `name: --a--b-|   legend` have time on their axis, one character a frame and a group
 * `(ab|)` in one frame. Any other line names what stands between them.
 *
 * The marbles are those of RxJS's TestScheduler, so that a test can run what a picture shows.
 */
export const parseDiagram = (text: string): Diagram => ({
  text,
  lines: text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, name, marbles, legend = ''] = TIMELINE.exec(line) ?? [];
      return name === undefined || marbles === undefined
        ? { type: 'operator', code: line.trim() }
        : { type: 'timeline', name, marbles, legend: legend.trim(), ...readMarbles(marbles) };
    }),
});
