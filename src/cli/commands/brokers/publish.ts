import { Command } from 'commander';
import {
  concat,
  defer,
  finalize,
  from,
  ignoreElements,
  map,
  merge,
  type Observable,
  of,
  Subject,
  switchMap,
  toArray,
} from 'rxjs';
import type { WorkEvent } from '../../../brokers/WorkEvent.js';
import type { Delivery } from '../../../contracts/flow/Delivery.js';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import type { LiveHeadline, SourceEvent } from '../../../contracts/live/Live.js';
import { dedupe } from '../../../operators/live/dedupe.js';
import { describeRejection } from '../../../sinks/rejections/describeRejection.js';
import { readOpml } from '../../../streams/feeds/readOpml.js';
import { headlineId } from '../../../streams/internal/headlineId.js';
import { valve } from '../../../streams/valve.js';
import { brokerAddress } from '../../brokers/brokerAddress.js';
import { headlineMessage } from '../../brokers/headlineMessage.js';
import { readBrokerOptions } from '../../brokers/brokerOptions.js';
import { holdingBack } from '../../brokers/holdingBack.js';
import { openSink } from '../../brokers/openBrokers.js';
import { addFeedOptions, contactLine, feedRules, type FeedOptions } from '../../live/feedOptions.js';
import { liveHeadlines } from '../../live/liveHeadlines.js';
import { sourceLine } from '../../live/sourceLine.js';
import { watchedFeeds } from '../../live/watchedFeed.js';
import { watchMemory } from '../../live/watchMemory.js';
import { path } from '../../process/argument.js';
import { firstLines } from '../../process/firstLines.js';
import type { Choose } from '../../process/Job.js';
import type { Terminal } from '../../process/Terminal.js';

interface Options extends FeedOptions {
  readonly to: string;
  readonly opml?: string;
  readonly once?: boolean;
  readonly state?: string;
  readonly brokerOptions?: string;
}

const HELP = `
This command reads feeds and writes each new headline to a broker, where headwater work reads it.
Each feed is requested once, whatever the number of workers. A feed is named as for headwater watch.

An address is kafka://broker,broker/topic or nats://server,server/subject; "-" is standard output.
A headline is a JSON object: title, guid, link, published, category, the source that it came from, and a key.
The key of a headline is the same each time that the headline is read.

With --state, a headline counts as published when the broker has stored it. After a crash it may be published
again, with the same key. JetStream removes this repeat within the duplicate window of its stream.

Examples:
  $ headwater publish https://example.org/feed.xml --to nats://n1,n2/headlines --state state
  $ headwater publish --opml subscriptions.opml --to kafka://b1,b2/headlines --state state
`;

/** The maximum number of headlines that are being sent to the broker. With more, feeds wait. */
const IN_FLIGHT = 512;

/** The maximum number of problems that are reported individually. */
const TOLD = 20;

const publishing = (names: readonly string[], options: Options, terminal: Terminal): Observable<unknown> => {
  const { stdin, stderr, env } = terminal;
  const sink = brokerAddress(options.to, '--to');
  watchedFeeds(names);
  const rules = feedRules(options, env, options.opml === undefined ? names : [...names, options.opml]);
  const tell = firstLines(stderr, TOLD, 'Further problems are counted only.');
  const counts = { published: 0, repeated: 0, unreadable: 0, unpublished: 0 };
  const rejections = {
    next: (rejection: Parameters<typeof describeRejection>[0]): void => {
      counts.unreadable += 1;
      tell(`left out ${describeRejection(rejection)}`);
    },
  };
  const listed$ =
    options.opml === undefined
      ? of([])
      : readOpml(options.opml, { headers: rules.headers, rejections }).pipe(toArray());

  return listed$.pipe(
    switchMap((more) => {
      const feeds = watchedFeeds([...names, ...more]);
      if (feeds.length === 0)
        throw new HeadwaterError(
          'HW_USAGE',
          'There is no feed to publish. Give addresses of feeds, - for lines of stdin, or --opml.',
        );
      stderr.write(contactLine(feeds, rules));
      return from(readBrokerOptions(options.brokerOptions)).pipe(
        switchMap((client) =>
          watchMemory(options.state, feeds.length, stderr).pipe(map((memory) => ({ client, memory }))),
        ),
        switchMap(({ client, memory }) => {
          const brake = valve();
          const changed$ = new Subject<SourceEvent>();
          const heard = (event: SourceEvent): void => {
            if (event.type === 'failed' || event.type === 'moved' || event.type === 'gap') tell(sourceLine(event));
            changed$.next(event);
          };
          const worked = (event: WorkEvent): void => {
            if (event.type === 'stalled') tell(`headlines wait, since ${event.to} takes none: ${event.reason}`);
            if (event.type === 'resumed') tell(`${event.to} takes headlines again`);
          };
          const published$ = liveHeadlines(feeds, {
            stdin,
            valve: brake,
            events: { next: heard },
            rejections,
            memory: memory.feeds,
            once: options.once === true,
            deliveries: options.state !== undefined,
            ...rules,
          }).pipe(
            dedupe({
              memory: memory.seen,
              by: options.dedupeBy,
              corrections: options.corrections,
              counts: 'delivered',
              repeats: { next: () => (counts.repeated += 1) },
            }),
            map((headline): Delivery<LiveHeadline> => {
              const key = headlineId(headline);
              return {
                value: { ...headline, key },
                id: key,
                attempt: 1,
                settle: (how) => {
                  if (how.type === 'done') counts.published += 1;
                  else {
                    counts.unpublished += 1;
                    tell(`not published: ${headline.title.slice(0, 80)}: ${how.reason}`);
                  }
                  headline.delivery?.settle(how);
                },
              };
            }),
            holdingBack(brake, IN_FLIGHT),
            openSink(sink, client, headlineMessage, { valve: brake, events: { next: worked } }, terminal),
            finalize(() => changed$.complete()),
          );
          // A feed counts as read when all its headlines are stored, so its state is written after the last event.
          return concat(merge(memory.keep(changed$), published$), memory.keep(of({ type: 'read' }))).pipe(
            finalize(memory.release),
          );
        }),
      );
    }),
    finalize(() => {
      stdin.pause();
      const { published, repeated, unreadable, unpublished } = counts;
      stderr.write(
        `${published.toLocaleString('en-US')} published; left out: ` +
          `${repeated.toLocaleString('en-US')} repeated, ` +
          `${unreadable.toLocaleString('en-US')} unreadable, ` +
          `${unpublished.toLocaleString('en-US')} refused by the broker\n`,
      );
    }),
    ignoreElements(),
  );
};

/** `headwater publish`. */
export const publishCommand = (terminal: Terminal, choose: Choose): Command =>
  addFeedOptions(
    new Command('publish')
      .description('write the headlines of feeds to a broker as they arrive')
      .argument('[feeds...]', 'addresses of feeds; - for lines of stdin')
      .requiredOption('--to <address>', 'where headlines go', path)
      .option('--opml <source>', 'also publish the feeds in this OPML file or URL', path)
      .option('--once', 'read every feed once, then end')
      .option(
        '--state <dir>',
        'remember in this folder which headlines were published, so that a restart does not publish them again',
        path,
      )
      .option('--broker-options <file>', "a JSON file of the broker client's own options, as for TLS and log-in", path),
  )
    .addHelpText('after', HELP)
    .action((names: readonly string[], options: Options) =>
      choose({ work$: defer(() => publishing(names, options, terminal)), outlivesReader: false }),
    );
