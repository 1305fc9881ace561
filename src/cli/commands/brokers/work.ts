import { Command } from 'commander';
import {
  concat,
  defer,
  finalize,
  from,
  ignoreElements,
  interval,
  merge,
  type Observable,
  of,
  switchMap,
  takeWhile,
  tap,
} from 'rxjs';
import type { WorkEvent } from '../../../brokers/WorkEvent.js';
import type { Delivery } from '../../../contracts/flow/Delivery.js';
import type { LiveHeadline, LivePrediction } from '../../../contracts/live/Live.js';
import { microBatch } from '../../../operators/live/microBatch.js';
import { throughDeliveries } from '../../../operators/live/throughDeliveries.js';
import { jsonLine } from '../../../sinks/jsonLine.js';
import { describeRejection } from '../../../sinks/rejections/describeRejection.js';
import { isInteractive } from '../../../sinks/terminal/isInteractive.js';
import { printable } from '../../../sinks/terminal/printable.js';
import { valve } from '../../../streams/valve.js';
import { brokerAddress } from '../../brokers/brokerAddress.js';
import { readBrokerOptions } from '../../brokers/brokerOptions.js';
import { openSink, openSource } from '../../brokers/openBrokers.js';
import { showWork } from '../../brokers/showWork.js';
import { NO_WORK, workLine } from '../../brokers/WorkCounts.js';
import { WorkRecord } from '../../brokers/WorkRecord.js';
import { type RolloutEvent, workedModels } from '../../brokers/workedModels.js';
import { path, port, seconds, wholeNumber } from '../../process/argument.js';
import { firstLines } from '../../process/firstLines.js';
import type { Choose } from '../../process/Job.js';
import type { Terminal } from '../../process/Terminal.js';
import { addBackendOptions, type BackendChoice } from '../../training/options/trainingOptions.js';

interface Options extends BackendChoice {
  readonly from: string;
  readonly to: string;
  readonly group: string;
  readonly model: string;
  readonly deadLetters?: string;
  readonly maxAttempts: number;
  readonly maxInFlight: number;
  readonly sessionTimeout: number;
  readonly brokerOptions?: string;
  readonly metricsPort?: number;
  readonly metricsHost: string;
  readonly status?: string;
  readonly jsonLines?: boolean;
  readonly quiet?: boolean;
}

const HELP = `
This command reads headlines from a broker, classifies them, and writes the results to a broker. Only then it
acknowledges the headlines. Start it on any number of machines, with the same --group: the workers share the
headlines, and each may stop at any time.

An address is kafka://broker,broker/topic or nats://server,server/name. In --from this name is a JetStream
stream, in --to a subject. "-" is standard input or output; without a broker, one process does the work.

A headline is a JSON object ({"title": "…", "guid": "…", "link": "…", "published": "…"}) or a title as plain
text. A result is a JSON object with the id of its message, the id of the model, the headline, its class, and
the probabilities of all classes.

From Kafka to Kafka, each headline is classified exactly once, for readers of committed messages. From
JetStream to JetStream, this holds within the duplicate window of the stream of results. In all other cases a
headline is classified at least once; repeats have the same id. A message that is no headline, or that fails
\`--max-attempts\` times, goes to --dead-letters.

--model can be the address of a model that headwater publish-model has published: kafka://broker,broker/topic/name or
nats://server,server/bucket/name. A worker then takes each new model while it works, without a restart.

Kafka needs npm install @platformatic/kafka and Node 22.22 or later.
NATS needs npm install @nats-io/jetstream @nats-io/transport-node.

Examples:
  $ headwater work --from kafka://b1,b2/headlines --to kafka://b1,b2/classified --group news --model models/news
  $ headwater work --from nats://n1,n2/HEADLINES --to nats://n1,n2/classified --group news --model models/news --dead-letters dead
  $ headwater work --from nats://n1/HEADLINES --to nats://n1/classified --model nats://n1/MODELS/news
  $ headwater work --model models/news < headlines.txt > classified.jsonl
`;

/** Headlines that arrive together are classified together. The first one waits this long for others. */
const TOGETHER = 64;
const WAIT_MS = 2;

/** The interval between two status lines, on a terminal and elsewhere. Milliseconds. */
const OFTEN = 1000;
const SELDOM = 30_000;

/** The maximum number of events of one type that are printed; all are counted. */
const PRINTED = 20;

const eventLine = (event: WorkEvent): string | undefined => {
  switch (event.type) {
    case 'dead-letter':
      return `gave up ${event.id}: ${event.reason}${event.to === undefined ? ' (there is no --dead-letters)' : ''}`;
    case 'retried':
      return `${event.id} is delivered again: ${event.reason}`;
    case 'unsettled':
      return `the broker got no acknowledgement of ${event.id}: ${event.reason}`;
    case 'unreadable':
      return `${event.from} cannot be read, and reading is tried again: ${event.reason}`;
    case 'lost':
      return `lost: ${event.id}: ${event.reason}`;
    case 'stalled':
      return `results wait, since ${event.to} takes none: ${event.reason}`;
    case 'resumed':
      return `${event.to} takes results again`;
    case 'rebalanced':
      return `partitions of this worker: ${event.partitions.join(', ') || 'none'}`;
    default:
      return undefined;
  }
};

/** A result as a message. It names the original message and the model. */
const encoded = (
  { headline, category, distribution, known, modelId }: LivePrediction,
  { id }: Delivery<LivePrediction>,
): string =>
  jsonLine({
    type: 'classified',
    id,
    model: modelId,
    title: headline.title,
    guid: headline.guid,
    link: headline.link,
    published: headline.published === undefined ? undefined : new Date(headline.published).toISOString(),
    category,
    probability: distribution[0]?.probability,
    known,
    distribution,
  });

const modelLine = (event: RolloutEvent): string => {
  switch (event.type) {
    case 'models':
      return event.candidate === undefined
        ? `model ${event.inUse}`
        : `model ${event.inUse}, and ${event.candidate.id} for ` +
            `${Math.round(event.candidate.share * 100)} % of the headlines`;
    case 'refused':
      return `model ${event.id} is not used: ${event.reason}`;
    case 'unseen':
      return `published models cannot be seen: ${event.reason}`;
  }
};

const working = (options: Options, terminal: Terminal): Observable<unknown> =>
  defer(() => {
    const { stderr, env } = terminal;
    const source = brokerAddress(options.from, '--from');
    const sink = brokerAddress(options.to, '--to');
    if (options.status !== undefined) brokerAddress(options.status, '--status');
    const record = new WorkRecord({ group: options.group, from: options.from, to: options.to });
    const brake = valve();
    const tell = firstLines(stderr, PRINTED, 'Further events of this type are counted, but not printed.');
    const events = {
      next: (event: WorkEvent): void => {
        record.take(event);
        const line = eventLine(event);
        if (line !== undefined) tell(line, event.type);
      },
    };
    return from(readBrokerOptions(options.brokerOptions)).pipe(
      switchMap((client) =>
        workedModels({
          model: options.model,
          client,
          choice: options,
          env,
          told: (event) => {
            if (event.type === 'models')
              record.models = event.candidate === undefined ? [event.inUse] : [event.inUse, event.candidate.id];
            stderr.write(`${printable(modelLine(event))}\n`);
          },
          write: (line) => stderr.write(`${line}\n`),
        }).pipe(
          switchMap((rollout) => {
            const begun = Date.now();
            const done$ = openSource(
              source,
              {
                client,
                group: options.group,
                maxInFlight: options.maxInFlight,
                maxAttempts: options.maxAttempts,
                deadLetters: options.deadLetters,
                sessionTimeout: options.sessionTimeout * 1000,
                jsonLines: options.jsonLines === true,
                valve: brake,
                events,
                rejections: { next: (rejection) => tell(`left out ${describeRejection(rejection)}`, 'rejection') },
              },
              terminal,
            ).pipe(
              record.held(),
              microBatch({ maxSize: TOGETHER, maxWaitMs: WAIT_MS }),
              throughDeliveries<LiveHeadline, LivePrediction>(rollout.classify, {
                maxAttempts: options.maxAttempts,
              }),
              openSink(sink, client, encoded, { valve: brake, events }, terminal),
              record.stored(),
              ignoreElements(),
            );
            const shown = isInteractive(stderr, env);
            const period = shown ? OFTEN : SELDOM;
            let before = NO_WORK;
            const lines$ =
              options.quiet === true
                ? []
                : [
                    interval(period).pipe(
                      tap(() => {
                        const { counts } = record;
                        const line = workLine(counts, before, period / 1000, record.models);
                        stderr.write(shown ? `\r\u001b[2K${line}` : `${line}\n`);
                        before = counts;
                      }),
                      ignoreElements(),
                    ),
                  ];
            return merge(concat(done$, of('ended')), ...lines$, showWork(record, options, client, stderr)).pipe(
              finalize(() => {
                if (options.quiet === true) return;
                const line = workLine(record.counts, NO_WORK, Math.max(1, (Date.now() - begun) / 1000), record.models);
                stderr.write(`${shown ? '\r\u001b[2K' : ''}${line}\n`);
              }),
            );
          }),
        ),
      ),
      // The status lines, and the subscription to the models, last as long as the work.
      takeWhile((end) => end !== 'ended'),
    );
  });

/** `headwater work`. */
export const workCommand = (terminal: Terminal, choose: Choose): Command =>
  addBackendOptions(
    new Command('work')
      .description('classify headlines from a broker on any number of machines, and write the results to a broker')
      .option('--from <address>', 'where headlines come from', path, '-')
      .option('--to <address>', 'where results go', path, '-')
      .option('--group <name>', 'the workers that share the headlines', path, 'headwater')
      .requiredOption('--model <dir|address>', 'the folder of the saved model, or the address of a published one', path)
      .option('--dead-letters <name>', 'the topic or subject of messages that cannot be classified', path)
      .option('--max-attempts <number>', 'how many times a message is tried', wholeNumber(1), 5)
      .option('--max-in-flight <number>', 'messages that this worker may hold', wholeNumber(1), 2048)
      .option(
        '--session-timeout <seconds>',
        'time without a sign of life after which the others get what a worker holds',
        seconds,
        30,
      )
      .option('--broker-options <file>', "a JSON file of the broker client's own options, as for TLS and log-in", path)
      .option(
        '--metrics-port <n>',
        'show how it goes over HTTP: a page, /workers and /metrics; 0 takes a free port',
        port,
      )
      .option('--metrics-host <address>', 'the address for --metrics-port', path, '127.0.0.1')
      .option(
        '--status <address>',
        'say once a second how it goes, to a subject or a topic, for headwater workers',
        path,
      )
      .option(
        '--json-lines',
        'refuse lines of standard input that are no JSON objects (default: each is a title or an object)',
      )
      .option('--quiet', 'no lines that say how it goes'),
  )
    .addHelpText('after', HELP)
    .action((options: Options) => choose({ work$: working(options, terminal), outlivesReader: false }));
