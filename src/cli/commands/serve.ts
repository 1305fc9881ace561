import { join } from 'node:path';
import { Command } from 'commander';
import {
  EMPTY,
  finalize,
  from,
  fromEventPattern,
  lastValueFrom,
  map,
  merge,
  NEVER,
  type Observable,
  of,
  ReplaySubject,
  Subject,
  switchMap,
  tap,
} from 'rxjs';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { SourceEvent } from '../../contracts/live/Live.js';
import { dedupe } from '../../operators/live/dedupe.js';
import { eventLog } from '../../server/events/eventLog.js';
import { headlineId } from '../../streams/internal/headlineId.js';
import { type WatchMemory, watchMemory } from '../live/watchMemory.js';
import { onlineRate } from '../../models/artifacts/onlineRate.js';
import type { Label } from '../../server/labels/Label.js';
import { labelFile } from '../../server/labels/labelFile.js';
import { readLabels } from '../../server/labels/readLabels.js';
import { driftLine, trialLine } from '../live/learningLines.js';
import { serveModel } from '../../server/serveModel.js';
import type { ServerEvent } from '../../server/ServeModelOptions.js';
import { DEFAULT_LIMITS } from '../../server/queue/ServerLimits.js';
import { path, port, probability, seconds, secondsOrNone, wholeNumber } from '../process/argument.js';
import { backendLine } from '../backends/backendLine.js';
import { errorLine } from '../process/exitStatus.js';
import { addBrokerOptions, brokerHeadlines, checkBrokerFlags, type BrokerFlags } from '../brokers/brokerHeadlines.js';
import { addFeedOptions, contactLine, feedRules, type FeedOptions } from '../live/feedOptions.js';
import { liveHeadlines } from '../live/liveHeadlines.js';
import { folderChanges } from '../inference/folderChanges.js';
import { loadModel } from '../inference/model.js';
import { servedModel } from '../inference/servedModel.js';
import type { Choose } from '../process/Job.js';
import type { Terminal } from '../process/Terminal.js';
import { addBackendOptions, type BackendChoice } from '../training/trainingOptions.js';
import { watchedFeeds } from '../live/watchedFeed.js';

interface Options extends BackendChoice, FeedOptions, BrokerFlags {
  readonly model: string;
  readonly feed: readonly string[];
  readonly host: string;
  readonly port: number;
  readonly token?: string;
  readonly allowHost: readonly string[];
  readonly allowOrigin: readonly string[];
  readonly maxBody: number;
  readonly maxBatch: number;
  readonly maxQueue: number;
  readonly maxConnections: number;
  readonly maxListeners: number;
  readonly history: number;
  readonly state?: string;
  readonly labels?: string;
  readonly learn?: boolean;
  readonly watchModel?: boolean;
  readonly candidate?: string;
  readonly canary?: number;
  readonly warmUp: number;
  readonly drain: number;
  readonly drainDelay: number;
}

/** Where a token can be that should not stand in a list of processes. */
const TOKEN_VARIABLE = 'HEADWATER_TOKEN';

/** The events, in the folder of the state. */
const EVENTS = 'events.log';

const HELP = `
The server prints its URL on stdout when it is ready. The URL opens as a page: headlines as they arrive, and the words that changed a
prediction. POST /classify takes headlines, as JSON or JSON lines. GET /events sends the headlines of the feeds as they arrive.
GET /openapi.json describes all paths.

SIGTERM or Ctrl-C stops the server with status 0 when it has answered what is unfinished. A second signal stops it at once.
SIGHUP, or POST /admin/reload, loads the model anew and puts it in use without a pause; POST /admin/rollback puts the one before in use.
Behind a load balancer, let --drain-delay be longer than the balancer takes to notice that /readyz says 503.
The environment variable ${TOKEN_VARIABLE} can hold the token instead of --token.

Examples:
  $ headwater serve --model models/news
  $ curl --json '{"title": "The final starts next week"}' http://127.0.0.1:8080/classify
  $ headwater serve --model models/news --feed https://example.org/feed.xml
  $ ${TOKEN_VARIABLE}=$(openssl rand -hex 24) headwater serve --model models/news --host 0.0.0.0 --allow-host news.example
`;

/** @throws HeadwaterError `HW_USAGE` for options that do not go together */
const checkTogether = ({ learn, labels }: Options): void => {
  if (learn === true && labels === undefined)
    throw new HeadwaterError(
      'HW_USAGE',
      '--learn needs labels to learn from. Give --labels and the file that they are kept in.',
    );
};

const serving = (options: Options, drain$: Observable<void>, terminal: Terminal): Observable<unknown> => {
  checkTogether(options);
  const { stdin, stdout, stderr, env } = terminal;
  const hangups$ = fromEventPattern<unknown>(
    (listener) => terminal.on('SIGHUP', listener),
    (listener) => terminal.off('SIGHUP', listener),
  );
  const feeds = watchedFeeds(options.feed);
  const rules = feedRules(options, env, options.feed);
  checkBrokerFlags(options);
  const candidate$ = options.candidate === undefined ? of(undefined) : loadModel(options.candidate, options, env);
  const loaded$ = loadModel(options.model, options, env).pipe(
    switchMap((loaded) => candidate$.pipe(map((candidate) => ({ loaded, candidate })))),
  );
  return loaded$.pipe(
    switchMap(({ loaded, candidate }) => {
      if (loaded === undefined) return EMPTY;
      const { backend } = loaded;
      stderr.write(`${backendLine(backend)}\n${contactLine(feeds, rules)}`);
      const tell = (event: ServerEvent): void => {
        switch (event.type) {
          case 'listening':
            stdout.write(`${event.url.href}\n`);
            break;
          case 'draining':
            stderr.write(`ending: requests to be answered yet: ${event.requests}\n`);
            break;
          case 'model':
            stderr.write(`model: ${event.change.type}: ${event.change.model} (before: ${event.change.before})\n`);
            break;
          case 'drift':
            stderr.write(`${driftLine(event.drift)}\n`);
            break;
          case 'trial':
            stderr.write(`${trialLine(event.ended)}\n`);
            break;
          case 'failed':
            stderr.write(`${errorLine(event.error)}\n`);
            break;
        }
      };
      const serve = (memory: WatchMemory, past: readonly Label[]): Observable<unknown> => {
        const changed$ = new Subject<SourceEvent>();
        const server$ = serveModel({
          ...servedModel(loaded),
          load: async (inUse) => {
            const next = await lastValueFrom(loadModel(options.model, options, env, inUse));
            return next === undefined ? undefined : servedModel(next);
          },
          labels: options.labels === undefined ? undefined : labelFile(options.labels),
          learn: options.learn === true ? { learningRate: onlineRate(loaded.artifacts.config), past } : undefined,
          reload$: merge(
            // A terminal that is closed sends the same signal, and means the end.
            stdin.isTTY === true ? NEVER : hangups$,
            options.watchModel === true ? folderChanges(options.model) : NEVER,
          ),
          candidate:
            candidate === undefined
              ? undefined
              : {
                  served: servedModel(candidate),
                  role: options.canary === undefined ? { type: 'shadow' } : { type: 'canary', share: options.canary },
                },
          host: options.host,
          port: options.port,
          token: options.token ?? env[TOKEN_VARIABLE],
          allowHosts: options.allowHost,
          allowOrigins: options.allowOrigin,
          limits: {
            bodyBytes: options.maxBody,
            batch: options.maxBatch,
            queue: options.maxQueue,
            connections: options.maxConnections,
            listeners: options.maxListeners,
          },
          history: options.history,
          drain$,
          warmUpMs: options.warmUp * 1000,
          drainMs: options.drain * 1000,
          drainDelayMs: options.drainDelay * 1000,
          kept: options.state === undefined ? undefined : eventLog(join(options.state, EVENTS)),
          headlines:
            feeds.length === 0 && options.from === undefined
              ? undefined
              : ({ repeats, events, ...door }) =>
                  liveHeadlines(feeds, {
                    ...door,
                    ...rules,
                    others: brokerHeadlines(options, { ...door, events }, terminal),
                    events: {
                      next: (event) => {
                        events.next(event);
                        changed$.next(event);
                      },
                    },
                    stdin,
                    memory: memory.feeds,
                    once: false,
                    deliveries: options.state !== undefined,
                  }).pipe(
                    dedupe({
                      memory: memory.seen,
                      by: options.dedupeBy,
                      corrections: options.corrections,
                      counts: 'delivered',
                      repeats,
                    }),
                    map((headline) =>
                      headline.correction === true ? { ...headline, key: headlineId(headline) } : headline,
                    ),
                  ),
        });
        return merge(
          server$.pipe(
            tap(tell),
            // What is known of the feeds is written once more.
            finalize(() => changed$.complete()),
          ),
          memory.keep(changed$),
        ).pipe(finalize(memory.release));
      };
      const id = loaded.artifacts.modelId;
      // What its files cannot know: the labels that were given while it was in use.
      const past$ =
        options.learn === true && options.labels !== undefined && id !== undefined
          ? from(readLabels(options.labels, id))
          : of([]);
      return watchMemory(options.state, stderr, [EVENTS]).pipe(
        switchMap((memory) => past$.pipe(map((past) => ({ memory, past })))),
        switchMap(({ memory, past }) => serve(memory, past)),
        // A terminal left open would keep the process waiting for more.
        finalize(() => stdin.pause()),
      );
    }),
  );
};

const listOf = (value: string, before: readonly string[]): readonly string[] => [...before, path(value)];

/** `headwater serve`. */
export const serveCommand = (terminal: Terminal, choose: Choose): Command =>
  addBackendOptions(
    addBrokerOptions(
      addFeedOptions(
        new Command('serve')
          .description('classify headlines over HTTP, and the headlines of feeds as they arrive')
          .requiredOption('--model <dir>', 'the folder of the saved model', path)
          .option(
            '--feed <address...>',
            'classify the headlines of these feeds and send them to the listeners of /events; named as for watch',
            listOf,
            [],
          ),
      ),
    )
      .option(
        '--host <address>',
        'the address to listen on; any other than a loopback address requires a token',
        path,
        '127.0.0.1',
      )
      .option('--port <n>', 'the port; 0 takes a free one', port, 8080)
      .option('--token <token>', 'the token that clients must send, as Authorization: Bearer TOKEN', path)
      .option('--allow-host <name...>', 'a host name that clients may use, besides the address', listOf, [])
      .option(
        '--allow-origin <origin...>',
        'an origin whose pages may send requests, such as https://news.example',
        listOf,
        [],
      )
      .option(
        '--max-body <bytes>',
        'size limit of a JSON document, and of one JSON line',
        wholeNumber(1),
        DEFAULT_LIMITS.bodyBytes,
      )
      .option('--max-batch <n>', 'the most headlines in one document', wholeNumber(1), DEFAULT_LIMITS.batch)
      .option('--max-queue <n>', 'the most headlines that may wait for the model', wholeNumber(1), DEFAULT_LIMITS.queue)
      .option('--max-connections <n>', 'the most open connections', wholeNumber(1), DEFAULT_LIMITS.connections)
      .option('--max-listeners <n>', 'the most clients of /events', wholeNumber(1), DEFAULT_LIMITS.listeners)
      .option(
        '--state <dir>',
        'remember in this folder which headlines were classified, and the events, so that a restart loses and repeats none',
        path,
      )
      .option('--history <n>', 'how many events to keep for clients of /events that reconnect', wholeNumber(1), 1000)
      .option(
        '--labels <file>',
        'append the right classes that people give (POST /labels, and the page) to this file of JSON lines, which train takes',
        path,
      )
      .option('--learn', 'learn from each label of --labels while serving; a model that gets worse by it is set back')
      .option('--watch-model', 'reload the model when it was saved into its folder again')
      .option('--candidate <dir>', 'the folder of a second model, which is compared with the one in use', path)
      .option(
        '--canary <share>',
        'let the candidate answer this share of the headlines, from 0 to 1, instead of comparing it',
        probability,
      )
      .option('--warm-up <seconds>', 'how long to warm up the model before /readyz says 200', secondsOrNone, 1)
      .option('--drain <seconds>', 'how long to wait at the end for unfinished answers', seconds, 10)
      .option(
        '--drain-delay <seconds>',
        'how long to serve new requests after SIGTERM while /readyz says 503, so that a load balancer can notice',
        secondsOrNone,
        0,
      ),
  )
    .addHelpText('after', HELP)
    .action((options: Options) => {
      // A signal may come before the model is loaded.
      const drain$ = new ReplaySubject<void>(1);
      const finish = (): boolean => {
        drain$.next();
        return true;
      };
      choose({ work$: serving(options, drain$, terminal), outlivesReader: true, outlivesHangup: true, finish });
    });
