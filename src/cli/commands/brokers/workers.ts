import { Command } from 'commander';
import { defer, finalize, from, merge, type Observable, switchMap, tap } from 'rxjs';
import { serveWorkers } from '../../../server/work/serveWorkers.js';
import { brokerAddress } from '../../brokers/brokerAddress.js';
import { readBrokerOptions } from '../../brokers/brokerOptions.js';
import { openStatuses, StatusBoard } from '../../brokers/statusBoard.js';
import { path, port } from '../../process/argument.js';
import type { Choose } from '../../process/Job.js';
import type { Terminal } from '../../process/Terminal.js';

interface Options {
  readonly status: string;
  readonly host: string;
  readonly port: number;
  readonly brokerOptions?: string;
}

const HELP = `
This command receives the reports of all workers that were started with the same --status, and shows them on a
page: models, headlines per second, waiting messages, latency, repeated messages and dead letters. It prints
the address of the page. GET /workers gives the same as JSON, and GET /metrics gives it for Prometheus.

The address is nats://server,server/subject, which needs no stream, or kafka://broker,broker/topic, a topic
with one partition.

Examples:
  $ headwater workers --status nats://n1/workers
  $ headwater work --from nats://n1/HEADLINES --to nats://n1/classified --model models/news --status nats://n1/workers
`;

const showing = (options: Options, { stdout }: Terminal): Observable<unknown> => {
  brokerAddress(options.status, '--status');
  const board = new StatusBoard();
  return from(readBrokerOptions(options.brokerOptions)).pipe(
    switchMap((client) => openStatuses(options.status, client)),
    switchMap((broadcast) =>
      merge(
        broadcast.heard$.pipe(tap((text) => board.hear(text))),
        serveWorkers({ statuses: () => board.statuses(), host: options.host, port: options.port }).pipe(
          tap((url) => void stdout.write(`${url.href}\n`)),
        ),
      ).pipe(finalize(() => void broadcast.close())),
    ),
  );
};

/** `headwater workers`. */
export const workersCommand = (terminal: Terminal, choose: Choose): Command =>
  new Command('workers')
    .description('show all workers of a group on a page')
    .requiredOption('--status <address>', 'the address to which the workers send their reports', path)
    .option('--host <address>', 'the address to listen on', path, '127.0.0.1')
    .option('--port <n>', 'the port; 0 takes a free one', port, 8081)
    .option('--broker-options <file>', "a JSON file of the broker client's own options, as for TLS and log-in", path)
    .addHelpText('after', HELP)
    .action((options: Options) => choose({ work$: defer(() => showing(options, terminal)), outlivesReader: true }));
