import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline, Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { Observable } from 'rxjs';
import { checkOptions } from '../../contracts/checkOption.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { sampleCsv } from './sampleCsv.js';
import type { SampleOptions } from './sampleRows.js';

const PATH = '/sample.csv';

const answer = (request: IncomingMessage, response: ServerResponse, options: SampleOptions): void => {
  if (request.url !== PATH) {
    response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end(`There is only ${PATH} here.\n`);
    return;
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD' }).end();
    return;
  }
  const zipped = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
  response.writeHead(200, {
    'content-type': 'text/csv; charset=utf-8',
    vary: 'accept-encoding',
    ...(zipped ? { 'content-encoding': 'gzip' } : {}),
  });
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  // A client that disconnects early is not an error of the server. `pipeline` has closed the streams.
  const done = (): void => undefined;
  const table = Readable.from(sampleCsv(options), { objectMode: false });
  if (zipped) pipeline(table, createGzip(), response, done);
  else pipeline(table, response, done);
};

/**
 * Serves the bundled sample over HTTP, reachable only from this machine, until it is unsubscribed.
 *
 * ```marbles drawn
 * subscription:  ^------------
 * addresses:     -a-----------      a: http://127.0.0.1:<port>/sample.csv
 * ```
 *
 * Emits the URL once the server listens (on the loopback interface, at a port that the system chooses) and never
 * completes. Unsubscribing closes the server and every connection immediately. The table is generated while it is sent,
 * as by `sampleCsv`, and compressed with gzip for clients that accept it. Each subscription has its own server.
 *
 * Errors: `HW_HTTP_CONNECT` if the server cannot listen.
 *
 * @throws HeadwaterError `HW_USAGE` for options that cannot work
 *
 * @example
 * ```ts
 * import { fetchCsv, serveSample } from 'headwater';
 * import { count, firstValueFrom, switchMap } from 'rxjs';
 *
 * const rows = await firstValueFrom(serveSample({ rows: 100 }).pipe(switchMap((url) => fetchCsv(url).pipe(count()))));
 * console.log(rows); // 100
 * ```
 */
export const serveSample = (options: SampleOptions = {}): Observable<URL> => {
  checkOptions('serveSample', options, '{ rows: 100 }');
  // Checks the options now and not at the first request.
  sampleCsv(options);
  return new Observable((subscriber) => {
    const server = createServer((request, response) => answer(request, response, options));
    server.on('error', (cause) =>
      subscriber.error(
        new HeadwaterError('HW_HTTP_CONNECT', `Cannot serve the sample on the loopback interface: ${cause.message}.`, {
          cause,
          where: '127.0.0.1',
        }),
      ),
    );
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address !== null && typeof address === 'object')
        subscriber.next(new URL(`http://127.0.0.1:${address.port}${PATH}`));
    });
    return () => {
      server.close();
      server.closeAllConnections();
    };
  });
};
