import { isLeft } from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { defer, map, type Observable } from 'rxjs';

/** A task as a cold Observable: its right value is emitted, its left value is the error. */
export const fromTask = <A>(task: TaskEither<unknown, A>): Observable<A> =>
  defer(task).pipe(
    map((result) => {
      if (isLeft(result)) throw result.left;
      return result.right;
    }),
  );
