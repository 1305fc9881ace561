import type { Writable } from 'node:stream';
import { finalize, from, ignoreElements, interval, merge, type Observable, startWith, switchMap, tap } from 'rxjs';
import { serveWorkers } from '../../server/work/serveWorkers.js';
import type { BrokerOptions } from './brokerOptions.js';
import { openStatuses } from './statusBoard.js';
import type { WorkRecord } from './WorkRecord.js';

/** Where a worker shows its status. */
export interface ShownWork {
  readonly metricsPort?: number;
  readonly metricsHost: string;
  /** The address to which the status is sent. */
  readonly status?: string;
}

/** The interval between status messages. Milliseconds. */
const SAY_MS = 1000;

/** Publishes the status of a worker: over HTTP, and as messages on the broker. Emits nothing. */
export const showWork = (
  record: WorkRecord,
  { metricsPort, metricsHost, status }: ShownWork,
  client: BrokerOptions,
  stderr: Writable,
): Observable<never> => {
  const served$ =
    metricsPort === undefined
      ? []
      : [
          serveWorkers({ statuses: () => [record.status()], host: metricsHost, port: metricsPort }).pipe(
            tap((url) => void stderr.write(`metrics at ${url.href}metrics\n`)),
          ),
        ];
  const said$ =
    status === undefined
      ? []
      : [
          from(openStatuses(status, client)).pipe(
            switchMap((broadcast) =>
              interval(SAY_MS).pipe(
                startWith(0),
                tap(() => {
                  const said = record.status();
                  broadcast.send(said.worker, JSON.stringify(said));
                }),
                finalize(() => void broadcast.close()),
              ),
            ),
          ),
        ];
  return merge(...served$, ...said$).pipe(ignoreElements());
};
