import { defer, Observable, switchMap } from 'rxjs';
import { checkArgument } from '../contracts/checkArgument.js';
import { checkOptions } from '../contracts/checkOption.js';
import { generationOf } from './generations/Generation.js';
import { runServer } from './runServer.js';
import type { ServeModelOptions, ServerEvent } from './ServeModelOptions.js';
import { serveSettings } from './serveSettings.js';

/**
 * Serves a model over HTTP: a page at `GET /`, `POST /classify` and `/explain`, `GET /events`, `/model`, `/metrics`,
 * `/healthz`, `/readyz` and `/openapi.json`.
 *
 * ```marbles drawn
 * subscription:  ^-----------------
 * drain$:        ------------x
 * result:        -l----------d----|      l: listening, at a URL;  d: draining, until all is answered
 * ```
 *
 * Cold: subscribing starts a server; unsubscribing closes it and all connections at once. Headlines of many clients are
 * classified together. Each headline waits at most `maxWaitMs` for others. The queue is bounded. Requests that do not
 * fit, and all invalid requests, are refused with a status and a problem (RFC 9457). The headlines of a client that
 * disconnects are not classified. See docs/serve.md for the protocol.
 *
 * **Closed by default.** It listens on loopback; any other address requires a token, which is compared in constant
 * time. The Host must be the local address of the connection or an allowed name, so that websites cannot reach the
 * server by DNS rebinding. Pages of other origins are refused.
 *
 * Errors: `HW_HTTP_CONNECT` if it cannot listen; `HW_HTTP_TIMEOUT` if answers had to be cut off at the end; `HW_WRITE`
 * if an event cannot be stored in `kept`; errors of `headlines`.
 *
 * @throws HeadwaterError `HW_USAGE` if an option is invalid
 *
 * @example
 * ```ts
 * import { lastValueFrom, of, Subject } from 'rxjs';
 * import { LabelEncoder, serveModel, Tokenizer } from 'headwater';
 * import { recordingModel } from 'headwater/testing';
 *
 * const tokenizer = await lastValueFrom(of('ferry returns port').pipe(Tokenizer.fit()));
 * const drain$ = new Subject<void>();
 * await new Promise<void>((complete) => {
 *   serveModel({
 *     model: recordingModel(),
 *     tokenizer,
 *     labelEncoder: LabelEncoder.of(['Sports', 'World']),
 *     port: 0,
 *     drain$,
 *   }).subscribe({
 *     next: async (event) => {
 *       if (event.type !== 'listening') return;
 *       const answer = await fetch(new URL('/classify', event.url), {
 *         method: 'POST',
 *         headers: { 'content-type': 'application/json' },
 *         body: '{"title":"Ferry at the port"}',
 *       });
 *       console.log(await answer.json());
 *       // { title: 'Ferry at the port', class: 'Sports', probabilities: { … }, latencyMs: 3 }
 *       drain$.next();
 *     },
 *     complete,
 *   });
 * });
 * ```
 */
export const serveModel = (options: ServeModelOptions): Observable<ServerEvent> => {
  checkOptions('serveModel', options, '{ model, tokenizer, labelEncoder }');
  checkArgument('serveModel', 'model', options.model, 'a model, such as restoreModel() makes');
  const settings = serveSettings(options);
  const first = generationOf(options, options.learn);

  // Loaded when a server starts, so that programs without a server do not load the metrics package.
  return defer(() => import('./queue/serverMetrics.js')).pipe(
    switchMap(
      (loaded) =>
        new Observable<ServerEvent>((subscriber) =>
          runServer(subscriber, options, settings, first, loaded.serverMetrics),
        ),
    ),
  );
};
