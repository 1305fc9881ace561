import { firstValueFrom, type Observable, switchMap, toArray } from 'rxjs';
import type { Row } from '../../src/contracts/rows/Row.js';
import type { Valve } from '../../src/contracts/flow/Valve.js';
import { decode } from '../../src/operators/rows/decode.js';
import { headlineRow } from '../../src/operators/rows/headlineRow.js';
import { fetchCsv } from '../../src/streams/fetchCsv.js';
import { serveSample } from '../../src/streams/sample/serveSample.js';
import { valve } from '../../src/streams/valve.js';

/**
 * Everything that a piece of work emits on the rows of the sample, which come over HTTP from this machine and honour a
 * valve.
 */
export const overHttp = <T>(
  rows: number,
  work: (row$: Observable<Row>, brake: Valve) => Observable<T>,
): Promise<readonly T[]> =>
  firstValueFrom(
    serveSample({ rows }).pipe(
      switchMap((url) => {
        const brake = valve();
        return work(fetchCsv(url, { valve: brake }).pipe(decode(headlineRow)), brake).pipe(toArray());
      }),
    ),
  );
