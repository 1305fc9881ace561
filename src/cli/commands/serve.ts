import { Command } from 'commander';
import { finalize, type Observable, ReplaySubject, tap } from 'rxjs';
import { dedupe } from '../../operators/live/dedupe.js';
import { serveModel, type ServerEvent } from '../../server/serveModel.js';
import { DEFAULT_LIMITS } from '../../server/queue/ServerLimits.js';
import { feedMemory } from '../../streams/feeds/polling/FeedMemory.js';
import { path, port, seconds, wholeNumber } from '../process/argument.js';
import { backendLine } from '../backends/backendLine.js';
import { errorLine } from '../process/exitStatus.js';
import { addFeedOptions, contactLine, feedRules, type FeedOptions } from '../live/feedOptions.js';
import { liveHeadlines } from '../live/liveHeadlines.js';
import { withModel } from '../inference/model.js';
import type { Choose } from '../process/Job.js';
import type { Terminal } from '../process/Terminal.js';
import { addBackendOptions, type BackendChoice } from '../training/trainingOptions.js';
import { watchedFeeds } from '../live/watchedFeed.js';

interface Options extends BackendChoice, FeedOptions {
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
  readonly drain: number;
}

/** Where a token can be that should not stand in a list of processes. */
const TOKEN_VARIABLE = 'HEADWATER_TOKEN';

const HELP = `
The address opens as a page: the headlines as they come, and the words that moved a prediction. POST /classify takes headlines, as JSON or JSON lines; GET /events
sends those of the feeds as they come; GET /openapi.json describes the rest.
The address is written to stdout once the server listens. SIGTERM or Ctrl-C ends it when what was asked is answered, with status 0; a second one at once.
A token can also be given as ${TOKEN_VARIABLE} in the environment.

Examples:
  $ headwater serve --model models/news
  $ curl --json '{"title": "The final starts next week"}' http://127.0.0.1:8080/classify
  $ headwater serve --model models/news --feed https://example.org/feed.xml
  $ ${TOKEN_VARIABLE}=$(openssl rand -hex 24) headwater serve --model models/news --host 0.0.0.0 --allow-host news.example
`;

const serving = (
  options: Options,
  drain$: Observable<void>,
  { stdin, stdout, stderr, env }: Terminal,
): Observable<unknown> => {
  const feeds = watchedFeeds(options.feed);
  const rules = feedRules(options, env);
  return withModel(options.model, options, env, ({ model, artifacts, backend }) => {
    const { text, tokenizer, labelEncoder } = artifacts;
    stderr.write(`${backendLine(backend)}\n${contactLine(feeds, rules)}`);
    const tell = (event: ServerEvent): void => {
      switch (event.type) {
        case 'listening':
          stdout.write(`${event.url.href}\n`);
          break;
        case 'draining':
          stderr.write(`ending: requests to be answered yet: ${event.requests}\n`);
          break;
        case 'failed':
          stderr.write(`${errorLine(event.error)}\n`);
          break;
      }
    };
    return serveModel({
      model,
      text,
      tokenizer,
      labelEncoder,
      about: artifacts,
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
      drainMs: options.drain * 1000,
      headlines:
        feeds.length === 0
          ? undefined
          : (door) =>
              liveHeadlines(feeds, { ...door, ...rules, stdin, memory: feedMemory(), once: false }).pipe(dedupe()),
    }).pipe(
      tap(tell),
      // A terminal left open would keep the process waiting for more.
      finalize(() => stdin.pause()),
    );
  });
};

const listOf = (value: string, before: readonly string[]): readonly string[] => [...before, path(value)];

/** `headwater serve`. */
export const serveCommand = (terminal: Terminal, choose: Choose): Command =>
  addBackendOptions(
    addFeedOptions(
      new Command('serve')
        .description('classify headlines over HTTP, and those of feeds as they come')
        .requiredOption('--model <dir>', 'the folder of the artifacts', path)
        .option(
          '--feed <address...>',
          'classify the headlines of these feeds for whoever listens to /events; named as for watch',
          listOf,
          [],
        ),
    )
      .option(
        '--host <address>',
        'the address to listen at; any but a loopback address demands a token',
        path,
        '127.0.0.1',
      )
      .option('--port <n>', 'the port; 0 lets the system choose', port, 8080)
      .option('--token <token>', 'what clients must send as Authorization: Bearer TOKEN', path)
      .option('--allow-host <name...>', 'a name that clients may call the server by, besides its address', listOf, [])
      .option('--allow-origin <origin...>', 'an origin whose pages may ask, such as https://news.example', listOf, [])
      .option(
        '--max-body <bytes>',
        'the largest JSON document, and the longest of JSON lines',
        wholeNumber(1),
        DEFAULT_LIMITS.bodyBytes,
      )
      .option('--max-batch <n>', 'the most headlines of one document', wholeNumber(1), DEFAULT_LIMITS.batch)
      .option('--max-queue <n>', 'the most headlines that may wait', wholeNumber(1), DEFAULT_LIMITS.queue)
      .option('--max-connections <n>', 'the most connections', wholeNumber(1), DEFAULT_LIMITS.connections)
      .option('--max-listeners <n>', 'the most clients of /events', wholeNumber(1), DEFAULT_LIMITS.listeners)
      .option('--history <n>', 'how many events are kept for listeners that come back', wholeNumber(1), 1000)
      .option('--drain <seconds>', 'how long what was asked may take to be answered at the end', seconds, 10),
  )
    .addHelpText('after', HELP)
    .action((options: Options) => {
      // A signal may come before the model is loaded.
      const drain$ = new ReplaySubject<void>(1);
      const finish = (): boolean => {
        drain$.next();
        return true;
      };
      choose({ work$: serving(options, drain$, terminal), outlivesReader: true, finish });
    });
