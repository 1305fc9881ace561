import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, killAll, untilOpen } from '../localServers.js';

/** A folder of Kafka's jars, as Maven copies them. Undefined where there is none, or no Java. */
export const kafkaJars = ((): string | undefined => {
  const folder = process.env['HEADWATER_KAFKA_JARS'];
  if (folder === undefined || !existsSync(folder)) return undefined;
  try {
    execFileSync('java', ['-version'], { stdio: 'ignore' });
    return folder;
  } catch {
    return undefined;
  }
})();

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

/** Why Kafka cannot be tested here; undefined where it can. */
export const noKafka =
  kafkaJars === undefined
    ? 'Kafka is not set up (Java and HEADWATER_KAFKA_JARS, a folder of its jars: see scripts/kafka.pom.xml)'
    : major < 22 || (major === 22 && minor < 22)
      ? `Kafka's client needs Node 22.22, and this is ${process.versions.node}`
      : undefined;

/** Brokers that run, one or several, each a controller too. */
export interface KafkaServers {
  readonly brokers: readonly string[];
  /** Their addresses for clients with TLS and a password. */
  readonly secured: readonly string[];
  kill(index: number): void;
  /** The processes that run. */
  readonly pids: readonly number[];
  start(index: number): Promise<void>;
  stop(): Promise<void>;
}

/** What a broker asks of its clients on a second listener: TLS, and a user with a password. */
export interface KafkaLogin {
  /** A PEM file with the key and the certificate of the server. */
  readonly keystore: string;
  /** Passwords by user. */
  readonly users: Readonly<Record<string, string>>;
}

/** Where brokers run. */
export interface KafkaPlaces {
  /** The address that they listen on. Default: 127.0.0.1. */
  readonly host?: string | undefined;
  /** The folder in which they store what they are given. Default: one for temporary files. */
  readonly folder?: string | undefined;
  /** Adds a listener that wants TLS and SASL/PLAIN. */
  readonly login?: KafkaLogin | undefined;
}

/** The settings of a listener that wants TLS and SASL/PLAIN. */
const saslListener = ({ keystore, users }: KafkaLogin): readonly string[] => [
  'sasl.enabled.mechanisms=PLAIN',
  'ssl.keystore.type=PEM',
  `ssl.keystore.location=${keystore}`,
  'listener.name.secured.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required ' +
    `${Object.entries(users)
      .map(([user, password]) => `user_${user}="${password}"`)
      .join(' ')};`,
  // Users need rights. Who comes without TLS has all of them.
  'authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer',
  'super.users=User:ANONYMOUS',
];

/** Copies the empty storage of a broker for another one, which is much faster than to format it. */
const copyStorage = (from: string, to: string, index: number): void => {
  cpSync(from, to, { recursive: true });
  const path = join(to, 'meta.properties');
  const properties = readFileSync(path, 'utf8')
    .replace(/^node\.id=.*$/m, `node.id=${index}`)
    .replace(/^directory\.id=.*$/m, `directory.id=${randomBytes(16).toString('base64url')}`);
  writeFileSync(path, properties);
};

/** Starts brokers (KRaft), which store what they are given in a folder of their own. */
export const startKafka = async (
  count = 1,
  { host = '127.0.0.1', folder: place, login }: KafkaPlaces = {},
): Promise<KafkaServers> => {
  if (kafkaJars === undefined) throw new Error(noKafka);
  const jars = join(kafkaJars, '*');
  const folder = mkdtempSync(join(place ?? tmpdir(), 'headwater-kafka-'));
  // All at once: what was asked for later could be given a port of before.
  const free = await Promise.all(Array.from({ length: 3 * count }, freePort));
  const [ports, controllers, secured] = [free.slice(0, count), free.slice(count, 2 * count), free.slice(2 * count)];
  const voters = controllers.map((port, index) => `${index}@127.0.0.1:${port}`).join(',');
  const cluster = 'aGVhZHdhdGVyLXRlc3RzAA';
  const processes: ChildProcess[] = [];
  const quiet = join(folder, 'log4j.properties');
  writeFileSync(
    quiet,
    [
      'log4j.rootLogger=WARN, file',
      'log4j.appender.file=org.apache.log4j.ConsoleAppender',
      'log4j.appender.file.layout=org.apache.log4j.PatternLayout',
      '',
    ].join('\n'),
  );
  const java = [
    '-Xmx384m',
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    `-Dlog4j.configuration=file:${quiet}`,
    '-cp',
    jars,
  ];
  const configure = (index: number): string => {
    const home = join(folder, String(index));
    mkdirSync(home, { recursive: true });
    const path = join(home, 'server.properties');
    const replicas = Math.min(count, 3);
    const plain = `PLAINTEXT://${host}:${ports[index]!}`;
    const listeners = login === undefined ? plain : `${plain},SECURED://${host}:${secured[index]!}`;
    writeFileSync(
      path,
      [
        'process.roles=broker,controller',
        `node.id=${index}`,
        `controller.quorum.voters=${voters}`,
        `listeners=${listeners},CONTROLLER://127.0.0.1:${controllers[index]!}`,
        `advertised.listeners=${listeners}`,
        'controller.listener.names=CONTROLLER',
        'listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SECURED:SASL_SSL',
        ...(login === undefined ? [] : saslListener(login)),
        `log.dirs=${join(home, 'data')}`,
        `offsets.topic.replication.factor=${replicas}`,
        `transaction.state.log.replication.factor=${replicas}`,
        `transaction.state.log.min.isr=${Math.min(2, replicas)}`,
        'offsets.topic.num.partitions=4',
        'transaction.state.log.num.partitions=4',
        'group.initial.rebalance.delay.ms=0',
        'group.min.session.timeout.ms=1000',
        'transaction.abort.timed.out.transaction.cleanup.interval.ms=500',
        'auto.create.topics.enable=false',
        '',
      ].join('\n'),
    );
    return path;
  };
  const start = async (index: number): Promise<void> => {
    const path = join(folder, String(index), 'server.properties');
    processes[index] = spawn('java', [...java, 'kafka.Kafka', path], { stdio: 'ignore' });
    await untilOpen(ports[index]!, host);
  };
  const [first = ''] = Array.from({ length: count }, (_, index) => configure(index));
  execFileSync('java', [...java, 'kafka.tools.StorageTool', 'format', '-t', cluster, '-c', first], {
    // What it says of an error is part of the error.
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  for (let index = 1; index < count; index++)
    copyStorage(join(folder, '0', 'data'), join(folder, String(index), 'data'), index);
  try {
    await Promise.all(ports.map((_, index) => start(index)));
  } catch (error) {
    await killAll(processes);
    throw error;
  }
  return {
    brokers: ports.map((port) => `${host}:${port}`),
    secured: secured.map((port) => `${host}:${port}`),
    start,
    get pids() {
      return processes.flatMap(({ pid }) => pid ?? []);
    },
    kill: (index) => void processes[index]?.kill('SIGKILL'),
    stop: async () => {
      await killAll(processes);
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
