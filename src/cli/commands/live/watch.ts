import { Command, Option } from 'commander';
import {
  concat,
  connect,
  defer,
  EMPTY,
  finalize,
  ignoreElements,
  map,
  merge,
  type Observable,
  of,
  Subject,
  switchMap,
  takeUntil,
  tap,
} from 'rxjs';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import type { LivePrediction } from '../../../contracts/live/Live.js';
import { trace } from '../../../operators/flow/trace.js';
import { classifyLive } from '../../../operators/live/classifyLive.js';
import { dedupe } from '../../../operators/live/dedupe.js';
import { microBatch } from '../../../operators/live/microBatch.js';
import { shed } from '../../../operators/live/shed.js';
import type { ShedPolicy } from '../../../operators/live/internal/SheddingBuffer.js';
import { isInteractive } from '../../../sinks/terminal/isInteractive.js';
import type { WatchEvent } from '../../../sinks/watch/WatchEvent.js';
import { WatchRecord } from '../../../sinks/watch/internal/WatchRecord.js';
import type { WatchState } from '../../../sinks/watch/internal/WatchState.js';
import { locate } from '../../../streams/bodies/locate.js';
import { valve } from '../../../streams/valve.js';
import { path, probability, wholeNumber } from '../../process/argument.js';
import { backendLine } from '../../backends/backendLine.js';
import { classFilter } from '../../live/classFilter.js';
import {
  addBrokerOptions,
  brokerHeadlines,
  checkBrokerFlags,
  type BrokerFlags,
} from '../../brokers/brokerHeadlines.js';
import { distinctKey } from '../../live/distinctKey.js';
import { addFeedOptions, contactLine, feedRules, type FeedOptions, type FeedRules } from '../../live/feedOptions.js';
import { opmlFeeds } from '../../live/opmlFeeds.js';
import { liveHeadlines } from '../../live/liveHeadlines.js';
import { withModel } from '../../inference/model.js';
import type { Choose } from '../../process/Job.js';
import type { Terminal } from '../../process/Terminal.js';
import { addBackendOptions, type BackendChoice } from '../../training/options/trainingOptions.js';
import { type WatchedFeed, watchedFeeds } from '../../live/watchedFeed.js';
import { watchMemory } from '../../live/watchMemory.js';
import { watchOutput, type WatchMode } from '../../live/watchOutput.js';
import { noScreen, withScreen, type WatchScreen } from '../../live/watchScreen.js';

interface Options extends BackendChoice, FeedOptions, BrokerFlags {
  readonly model: string;
  readonly opml?: string;
  readonly json?: boolean;
  readonly filter?: string;
  readonly minProbability: number;
  readonly once?: boolean;
  readonly state?: string;
  readonly limit: number;
  readonly drop: ShedPolicy;
}

const HELP = `
A feed is one of these:
  - the address or path of an RSS, Atom or JSON feed, or the address of a page that names one
  - sse+https://… for server-sent events
  - ws:// or wss:// for a WebSocket
  - "-" for lines of stdin

A terminal shows a view that updates itself. Its keys: q quits, space pauses the list, the arrows choose a
headline, enter opens its link, / filters by words, f shows the stages of the pipeline, escape continues. Titles
are links where the terminal shows links. Elsewhere each headline is a line of six fields with tabs between
them: time, class, probability, title, source and key. A headline that was shown before is left out.

With --state a headline counts as shown once its line is written. After a crash it may be shown again, at most
64 lines; the key is the same then. One process at a time can use a folder of state.

Examples:
  $ headwater watch https://example.org/feed.xml --model models/news
  $ headwater watch --opml subscriptions.opml --model models/news --filter Sports,World --min-probability 0.8
  $ headwater watch https://example.org/feed.xml --model models/news --once --json > headlines.jsonl
  $ tail -f headlines.log | headwater watch - --model models/news
  $ headwater watch --from nats://n1,n2/HEADLINES --model models/news
`;

/** Headlines that arrive together are classified together. The first one waits this long for others. */
const TOGETHER = 64;
const WAIT_MS = 5;

const POLICIES: readonly ShedPolicy[] = ['newest', 'oldest', 'random'];

const plural = (count: number, what: string): string =>
  `${count.toLocaleString('en-US')} ${what}${count === 1 ? '' : 's'}`;

/** A summary in one line. */
const totals = ({ headlines, shown, repeated, repeatedBy, corrected, dropped, rejected }: WatchState): string => {
  const by = Object.entries(repeatedBy).flatMap(([name, count]) =>
    count === 0 ? [] : [`${count.toLocaleString('en-US')} by ${name}`],
  );
  return (
    `${plural(headlines, 'headline')} classified, ${shown.toLocaleString('en-US')} shown; ` +
    `left out: ${repeated.toLocaleString('en-US')} repeated${by.length < 2 ? '' : ` (${by.join(', ')})`}` +
    `${corrected === 0 ? '' : `, ${corrected.toLocaleString('en-US')} corrected`}, ` +
    `${dropped.toLocaleString('en-US')} dropped, ${rejected.toLocaleString('en-US')} unreadable`
  );
};

/** Fails if no feed could be read. */
const checkAnswered = ({ feeds }: WatchState): Observable<never> => {
  const [first] = feeds;
  const bad = ['failing', 'gone', 'unreadable'];
  if (first === undefined || feeds.some(({ status }) => !bad.includes(status))) return EMPTY;
  const what =
    feeds.length === 1
      ? 'The feed could not be read.'
      : `None of the ${feeds.length} feeds could be read. The first of them:`;
  throw new HeadwaterError('HW_FEED', `${what} ${first.error ?? ''}`, { where: first.source });
};

const checkArguments = (feeds: readonly WatchedFeed[], { once, from }: Options): void => {
  if (feeds.length === 0 && from === undefined)
    throw new HeadwaterError(
      'HW_USAGE',
      'There is no feed to watch. Give addresses of feeds, - for lines of stdin, --opml, or a broker with --from.',
    );
  if (once === true && from !== undefined)
    throw new HeadwaterError(
      'HW_USAGE',
      '--once works with feeds only, and --from has no end. Leave one of the two out.',
    );
  const endless = feeds.find(({ kind }) => kind === 'events' || kind === 'socket');
  if (once === true && endless !== undefined) {
    throw new HeadwaterError(
      'HW_USAGE',
      `--once works with feeds only, and ${endless.address} is a stream without an end. Leave one of the two out.`,
    );
  }
};

const watchAll = (
  feeds: readonly WatchedFeed[],
  titles: ReadonlyMap<string, string>,
  rules: FeedRules,
  options: Options,
  terminal: Terminal,
): Observable<unknown> => {
  const { stdin, stdout, stderr, env } = terminal;
  checkArguments(feeds, options);
  const typed = feeds.some(({ kind }) => kind === 'lines') && stdin.isTTY === true;
  // Input that is typed would appear in the middle of a frame.
  const mode: WatchMode = options.json === true ? 'json' : isInteractive(stdout, env) && !typed ? 'view' : 'lines';
  const names = feeds.flatMap(({ kind, address }) =>
    kind === 'feed' || kind === 'file' ? [locate(address).name] : [],
  );
  if (options.from !== undefined) names.push(options.from);

  const classifying = (screen: WatchScreen): Observable<unknown> =>
    withModel(
      options.model,
      options,
      terminal.env,
      ({ model, artifacts: { text, labelEncoder }, encoder: tokenizer, backend }) => {
        const wanted = options.filter === undefined ? undefined : classFilter(options.filter, labelEncoder.classes);
        const shows = ({ category, distribution }: LivePrediction): boolean =>
          (wanted?.has(category) ?? true) && (distribution[0]?.probability ?? 0) >= options.minProbability;

        return watchMemory(options.state, feeds.length, stderr).pipe(
          switchMap((memory) => {
            const brake = valve();
            const record = new WatchRecord(labelEncoder.classes, names, shows, Date.now());
            const told$ = new Subject<WatchEvent>();
            const tell = { next: (event: WatchEvent) => told$.next(event) };
            const headline$ = liveHeadlines(feeds, {
              stdin,
              valve: brake,
              events: tell,
              rejections: tell,
              memory: memory.feeds,
              once: options.once === true,
              deliveries: options.state !== undefined,
              others: brokerHeadlines(options, { valve: brake, events: tell, rejections: tell }, terminal),
              ...rules,
            }).pipe(
              trace('feeds'),
              // Dropped headlines are not marked as seen, so they can come again when their feed is read again.
              shed({
                capacity: options.limit,
                policy: options.drop,
                valve: brake,
                dropped: {
                  next: ({ value }) => {
                    value.delivery?.settle({ type: 'retry', reason: 'too many waited' });
                    tell.next({ type: 'dropped', headlines: 1 });
                  },
                },
              }),
              trace('queue'),
              dedupe({
                memory: memory.seen,
                by: options.dedupeBy,
                corrections: options.corrections,
                counts: 'delivered',
                repeats: {
                  next: ({ type, by }) =>
                    tell.next({ type: type === 'repeat' ? 'repeated' : 'corrected', headlines: 1, by }),
                },
              }),
              map(distinctKey),
              trace('dedupe'),
            );
            const prediction$ = headline$.pipe(
              microBatch({ maxSize: TOGETHER, maxWaitMs: WAIT_MS }),
              trace('microBatch'),
              classifyLive({ model, text, tokenizer, labelEncoder }),
              trace('classify'),
              finalize(() => told$.complete()),
            );
            let isAskedToEnd = false;
            const output$ = merge(told$, prediction$).pipe(
              takeUntil(screen.quit$.pipe(tap(() => (isAskedToEnd = true)))),
              tap((event) => record.take(event, Date.now())),
              // The output is subscribed to before the first request to a feed.
              connect((all$) =>
                merge(
                  memory.keep(all$),
                  watchOutput(
                    mode,
                    { classes: labelEncoder.classes, feeds: names, titles, shows, valve: brake, screen },
                    terminal,
                  )(all$),
                ),
              ),
            );
            screen.loaded();
            stderr.write(`${backendLine(backend)}\n${contactLine(feeds, rules)}`);
            if (typed) stderr.write('Type headlines, one on each line; Ctrl-D ends.\n');
            const tellTotals = (): void => void stderr.write(`${totals(record.state(Date.now()))}\n`);
            return concat(
              output$,
              // A feed counts as read when all its headlines were written, so its state is written after the last
              // event.
              memory.keep(of({ type: 'read' })),
              defer(() => (isAskedToEnd ? EMPTY : checkAnswered(record.state(Date.now())))),
            ).pipe(tap({ complete: tellTotals, error: tellTotals, unsubscribe: tellTotals }), finalize(memory.release));
          }),
          // An open terminal would keep the process alive.
          finalize(() => stdin.pause()),
          ignoreElements(),
        );
      },
    );
  return mode === 'view' ? withScreen(names, titles, terminal, classifying) : classifying(noScreen);
};

const watching = (names: readonly string[], options: Options, terminal: Terminal): Observable<unknown> => {
  // An invalid address is refused before a list is fetched.
  watchedFeeds(names);
  checkBrokerFlags(options);
  const rules = feedRules(options, terminal.env, options.opml === undefined ? names : [...names, options.opml]);
  const titles = new Map<string, string>();
  return opmlFeeds(options.opml, rules, terminal, titles).pipe(
    switchMap((more) => watchAll(watchedFeeds([...names, ...more]), titles, rules, options, terminal)),
  );
};

/** `headwater watch`. */
export const watchCommand = (terminal: Terminal, choose: Choose): Command =>
  addBackendOptions(
    addBrokerOptions(
      addFeedOptions(
        new Command('watch')
          .description('classify the headlines of feeds as they arrive, newest first')
          .argument('[feeds...]', 'addresses of feeds; - for lines of stdin')
          .requiredOption('--model <dir>', 'the folder of the saved model', path)
          .option('--opml <source>', 'also watch the feeds in this OPML file or URL', path)
          .option('--json', 'write each headline with its prediction, as a JSON line')
          .option('--filter <classes>', 'show only these classes, separated by commas')
          .option('--min-probability <p>', 'show only predictions with at least this probability', probability, 0)
          .option('--once', 'read every feed once, then end'),
      ),
    )
      .option(
        '--state <dir>',
        'remember in this folder which headlines were shown, so that a restart does not show them again',
        path,
      )
      .option('--limit <n>', 'the most headlines that may wait for the model', wholeNumber(1), 10_000)
      .addOption(
        new Option('--drop <policy>', 'which headline to drop when too many wait').choices(POLICIES).default('oldest'),
      ),
  )
    .addHelpText('after', HELP)
    .action((names: readonly string[], options: Options) =>
      choose({ work$: watching(names, options, terminal), outlivesReader: false }),
    );
