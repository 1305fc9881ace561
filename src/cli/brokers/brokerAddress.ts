import { HeadwaterError } from '../../contracts/HeadwaterError.js';

/** Where headlines are read from or results are written to. */
export type BrokerAddress =
  | { readonly kind: 'kafka'; readonly servers: readonly string[]; readonly name: string }
  | { readonly kind: 'nats'; readonly servers: readonly string[]; readonly name: string }
  /** Standard input or output. */
  | { readonly kind: 'standard' };

const PORTS = { kafka: 9092, nats: 4222 } as const;

/** The most characters of an address that a message quotes. */
const QUOTED = 200;

/** A server's name or IPv4 address, or an IPv6 address in brackets; and its port. */
const SERVER = /^(\[[\da-f:.]+\]|[^:[\]@?#]+)(?::(\d+))?$/i;

const LARGEST_PORT = 65_535;

/** What may be named in an address, and what its rules are called. */
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

/** The server with its port; undefined where it is none. */
const withPort = (server: string, byDefault: number): string | undefined => {
  const [, host, port = String(byDefault)] = SERVER.exec(server) ?? [];
  return host === undefined || Number(port) < 1 || Number(port) > LARGEST_PORT ? undefined : `${host}:${port}`;
};

/**
 * Reads an address such as `kafka://b1,b2:9093/headlines` or `nats://n1/HEADLINES`; `-` is standard input or output.
 *
 * @param option the option that it stands in: what is read from, or what is written to
 * @throws HeadwaterError `HW_USAGE` for what is no such address
 */
export const brokerAddress = (text: string, option: '--from' | '--to'): BrokerAddress => {
  if (text === '-') return { kind: 'standard' };
  const match = /^(kafka|nats):\/\/([^/]+)\/([^/\s]+)$/.exec(text);
  const [, kind, hosts = '', name = ''] = match ?? [];
  const quoted = `${option} is ${JSON.stringify(text.slice(0, QUOTED))}`;
  const secrets = 'Users and passwords go into --broker-options.';
  if (hosts.includes('@'))
    throw new HeadwaterError('HW_USAGE', `${option} holds a user. Leave it out of the address. ${secrets}`);
  if (kind !== 'kafka' && kind !== 'nats')
    throw new HeadwaterError(
      'HW_USAGE',
      `${quoted}, but must be kafka://broker,broker/topic, nats://server,server/name or - . ${secrets}`,
    );
  const servers = hosts.split(',').map((server) => withPort(server.trim(), PORTS[kind]));
  if (!servers.every((server) => server !== undefined))
    throw new HeadwaterError(
      'HW_USAGE',
      `${quoted}, but each server must be a name or an address, with a port from 1 to ${LARGEST_PORT} or none.`,
    );
  const { rule, says } = NAMES[kind][option];
  if (!rule.test(name)) throw new HeadwaterError('HW_USAGE', `${quoted}, but ${says}.`);
  return { kind, servers, name };
};
