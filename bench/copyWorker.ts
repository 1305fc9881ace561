/** A minimal consumer that copies headlines from topic to topic. `bench:scale` compares a worker with it. */
import { kafkaHeadlines, toKafka } from 'headwater/kafka';
import { jetStreamHeadlines, natsConnection, toJetStream } from 'headwater/nats';
import type { Observable } from 'rxjs';

const [from = '', to = ''] = process.argv.slice(2);
const parts = (address: string) => {
  const [, kind, server = '', name = ''] = /^(\w+):\/\/([^/]+)\/(.+)$/.exec(address) ?? [];
  return { kind, server, name };
};
const [source, sink] = [parts(from), parts(to)];

const copying = (): Observable<unknown> => {
  if (source.kind === 'kafka') {
    const client = { bootstrapBrokers: source.server.split(',') };
    return kafkaHeadlines({ client, topic: source.name, group: 'copy' }).pipe(toKafka({ client, topic: sink.name }));
  }
  const connection = natsConnection({ servers: source.server.split(',') });
  return jetStreamHeadlines({ connection, stream: source.name, group: 'copy', maxInFlight: 2048 }).pipe(
    toJetStream({ connection, subject: sink.name }),
  );
};

copying().subscribe({
  error: (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
});
