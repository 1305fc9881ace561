import { HeadwaterError } from '../../contracts/HeadwaterError.js';

/** Where headlines are read from or results are written to. */
export type BrokerAddress =
  | { readonly kind: 'kafka'; readonly servers: readonly string[]; readonly name: string }
  | { readonly kind: 'nats'; readonly servers: readonly string[]; readonly name: string }
  /** Standard input or output. */
  | { readonly kind: 'standard' };

const PORTS = { kafka: 9092, nats: 4222 } as const;

/** An IPv6 address has colons of its own, in brackets. */
const withPort = (server: string, port: number): string =>
  /(?:^|\]|[^:\]]):\d+$/.test(server) ? server : `${server}:${port}`;

/**
 * Reads an address such as `kafka://b1,b2:9093/headlines` or `nats://n1/HEADLINES`; `-` is standard input or output.
 *
 * @param option the option that it stands in, for the message
 * @throws HeadwaterError `HW_USAGE` for what is no such address
 */
export const brokerAddress = (text: string, option: string): BrokerAddress => {
  if (text === '-') return { kind: 'standard' };
  const match = /^(kafka|nats):\/\/([^/]+)\/([^/\s]+)$/.exec(text);
  const [, kind, hosts = '', name = ''] = match ?? [];
  const servers = hosts.split(',').map((server) => server.trim());
  if ((kind !== 'kafka' && kind !== 'nats') || servers.some((server) => server === '' || server.includes('@')))
    throw new HeadwaterError(
      'HW_USAGE',
      `${option} ${hosts.includes('@') ? 'holds a user' : `is ${JSON.stringify(text.slice(0, 200))}`}, but must be kafka://broker,broker/topic, nats://server,server/name or - . Users and passwords go into --broker-options.`,
    );
  return { kind, servers: servers.map((server) => withPort(server, PORTS[kind])), name };
};
