import { HeadwaterError } from '../../contracts/HeadwaterError.js';

/** The address for reading headlines or writing results. */
export type BrokerAddress =
  | { readonly kind: 'kafka'; readonly servers: readonly string[]; readonly name: string }
  | { readonly kind: 'nats'; readonly servers: readonly string[]; readonly name: string }
  /** Standard input or output. */
  | { readonly kind: 'standard' };

const PORTS = { kafka: 9092, nats: 4222 } as const;

/** A cluster of brokers. */
export interface Cluster {
  readonly kind: 'kafka' | 'nats';
  /** Each with its port. */
  readonly servers: readonly string[];
}

/** The address of a published model: a Kafka topic or a JetStream bucket, and a name. */
export interface ModelAddress extends Cluster {
  /** The topic or the bucket. */
  readonly place: string;
  /** The name of the model there. */
  readonly name: string;
}

/** The maximum number of characters of an address in a message. */
const QUOTED = 200;

/** A host name or IPv4 address, or an IPv6 address in brackets; and an optional port. */
const SERVER = /^(\[[\da-f:.]+\]|[^:[\]@?#]+)(?::(\d+))?$/i;

const LARGEST_PORT = 65_535;

const SECRETS = 'Users and passwords go into --broker-options.';

/** The valid names in an address, and the descriptions of the rules. */
const NAMES = {
  kafka: {
    '--from': { rule: /^(?!\.{1,2}$)[\w.-]{1,249}$/, says: 'a topic has letters, digits, dots, - and _ only' },
    '--to': { rule: /^(?!\.{1,2}$)[\w.-]{1,249}$/, says: 'a topic has letters, digits, dots, - and _ only' },
  },
  nats: {
    '--from': { rule: /^[^.*>\\]+$/, says: 'the name of a JetStream stream has no dots, * and >' },
    '--to': { rule: /^[^.*>\\]+(?:\.[^.*>\\]+)*$/, says: 'a subject has words with dots between them, and no * and >' },
  },
} as const;

/** The server with its port; undefined if it is invalid. */
const withPort = (server: string, byDefault: number): string | undefined => {
  const [, host, port = String(byDefault)] = SERVER.exec(server) ?? [];
  return host === undefined || Number(port) < 1 || Number(port) > LARGEST_PORT ? undefined : `${host}:${port}`;
};

/**
 * The servers of an address.
 *
 * @throws HeadwaterError `HW_USAGE` if a server is invalid
 */
const serversOf = (hosts: string, kind: keyof typeof PORTS, option: string, quoted: string): readonly string[] => {
  if (hosts.includes('@'))
    throw new HeadwaterError('HW_USAGE', `${option} holds a user. Leave it out of the address. ${SECRETS}`);
  const servers = hosts.split(',').map((server) => withPort(server.trim(), PORTS[kind]));
  if (servers.every((server) => server !== undefined)) return servers;
  throw new HeadwaterError(
    'HW_USAGE',
    `${quoted}, but each server must be a name or an address, with a port from 1 to ${LARGEST_PORT} or none.`,
  );
};

const quotedIn = (option: string, text: string): string => `${option} is ${JSON.stringify(text.slice(0, QUOTED))}`;

/**
 * Reads an address such as `kafka://b1,b2:9093/headlines` or `nats://n1/HEADLINES`; `-` is standard input or output.
 *
 * @param option the option that contains it; it decides whether the name is a stream to read from or a subject to write
 *   to
 * @throws HeadwaterError `HW_USAGE` if the address is invalid
 */
export const brokerAddress = (text: string, option: '--from' | '--to' | '--status'): BrokerAddress => {
  if (text === '-') return { kind: 'standard' };
  const match = /^(kafka|nats):\/\/([^/]+)\/([^/\s]+)$/.exec(text);
  const [, kind, hosts = '', name = ''] = match ?? [];
  const quoted = quotedIn(option, text);
  if (kind !== 'kafka' && kind !== 'nats')
    throw new HeadwaterError(
      'HW_USAGE',
      `${text.includes('@') ? `${option} is no address that can be read` : quoted}, but must be ` +
        `kafka://broker,broker/topic, nats://server,server/name or - . ${SECRETS}`,
    );
  const servers = serversOf(hosts, kind, option, quoted);
  const { rule, says } = NAMES[kind][option === '--from' ? '--from' : '--to'];
  if (!rule.test(name)) throw new HeadwaterError('HW_USAGE', `${quoted}, but ${says}.`);
  return { kind, servers, name };
};

/**
 * Reads the address of a cluster, such as `kafka://b1,b2:9093`. Without servers, as in `kafka://`, it is that of every
 * cluster of its kind.
 *
 * @param option the option that contains it
 * @throws HeadwaterError `HW_USAGE` if the address is invalid
 */
export const clusterAddress = (text: string, option: string): Cluster => {
  const [, kind, hosts = ''] = /^(kafka|nats):\/\/([^/]*)$/.exec(text) ?? [];
  const quoted = quotedIn(option, text);
  if (kind !== 'kafka' && kind !== 'nats')
    throw new HeadwaterError(
      'HW_USAGE',
      `${text.includes('@') ? `${option} has an address with a user` : quoted}, but a cluster must be ` +
        `kafka://broker,broker or nats://server,server, without a topic. ${SECRETS}`,
    );
  return { kind, servers: hosts === '' ? [] : serversOf(hosts, kind, option, quoted) };
};

/** Whether a text is a broker address and not a path. */
export const isBrokerAddress = (text: string): boolean => /^(?:kafka|nats):\/\//.test(text);

/**
 * Reads the address of a published model, such as `kafka://b1,b2/models/news` or `nats://n1/MODELS/news`.
 *
 * @param option the option that contains it
 * @throws HeadwaterError `HW_USAGE` if the address is invalid
 */
export const modelAddress = (text: string, option: '--model' | '--to'): ModelAddress => {
  const match = /^(kafka|nats):\/\/([^/]+)\/([\w-]{1,200})\/([A-Za-z\d_-]{1,100})$/.exec(text);
  const [, kind, hosts = '', place = '', name = ''] = match ?? [];
  const quoted = quotedIn(option, text);
  if (kind !== 'kafka' && kind !== 'nats')
    throw new HeadwaterError(
      'HW_USAGE',
      `${text.includes('@') ? `${option} is no address that can be read` : quoted}, ` +
        'but must be kafka://broker,broker/topic/name or nats://server,server/bucket/name; ' +
        `topic, bucket and name have letters, digits, - and _ only. ${SECRETS}`,
    );
  return { kind, servers: serversOf(hosts, kind, option, quoted), place, name };
};
