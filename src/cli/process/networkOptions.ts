import { type Command, Option } from 'commander';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { parsedUrl } from '../../contracts/runtime/parsedUrl.js';
import { checkHeaders, type HeadersOf } from '../../streams/bodies/http/connection/BodyOptions.js';
import { seconds, wholeNumber } from './argument.js';

/** The value of one `--header`: the header, and its server if it names one. */
export interface GivenHeader {
  readonly origin: string | undefined;
  readonly name: string;
  readonly value: string;
}

/** The command-line options for requests to servers. */
export interface NetworkFlags {
  readonly headers?: readonly GivenHeader[];
}

/** Further options for the servers of tables. */
export interface TableNetworkFlags extends NetworkFlags {
  readonly offline?: boolean;
  readonly retries?: number;
  readonly totalTimeout?: number;
}

/** The server of a WebSocket is the same as that of http. */
const originOf = ({ protocol, host }: URL): string => `${protocol.replace(/^ws/, 'http')}//${host}`;

/** Parses `NAME: VALUE`, or `ORIGIN NAME: VALUE`. The value is often a secret and is not printed. */
const header = (text: string, before: readonly GivenHeader[] = []): readonly GivenHeader[] => {
  const [, written, name = '', after = ''] = /^(?:((?:http|ws)s?:\/\/\S+)\s+)?([^\s:]+):(.*)$/is.exec(text) ?? [];
  const value = after.trim();
  const refuse = (): never => {
    // commander's own error is not used, because it prints the value.
    throw new HeadwaterError(
      'HW_USAGE',
      "--header must be 'NAME: VALUE', or 'https://SERVER NAME: VALUE' where several " +
        'servers are asked. It may not be one that belongs to the connection itself.',
    );
  };
  const url = written === undefined ? undefined : parsedUrl(written);
  if (written !== undefined && url === undefined) refuse();
  try {
    checkHeaders({ [name]: value });
  } catch {
    refuse();
  }
  const origin = url === undefined ? undefined : originOf(url);
  return [...before, { origin, name, value }];
};

/** Adds the option for request headers to a command. */
export const addHeaderOption = (command: Command): Command => {
  const option = new Option(
    '--header <line>',
    "send this header ('Authorization: …') to the server that is named, and not to where it redirects; " +
      'may be given several times, with the address of a server before the name where several are asked',
  ).argParser(header);
  // The name `header` already belongs to `--no-header`.
  option.attributeName = () => 'headers';
  return command.addOption(option);
};

/** Adds the options for requests to the servers of tables to a command. */
export const addTableNetworkOptions = (command: Command): Command =>
  addHeaderOption(command)
    .option('--offline', 'read tables of the web from the cache, and ask no server')
    .option('--retries <n>', 'how many times in a row a server that fails is asked again (default: 5)', wholeNumber(0))
    .option('--total-timeout <seconds>', 'how long a pass may wait for a server in all (default: 3600)', seconds);

const isWeb = (address: string): boolean =>
  /^(?:sse\+)?(?:http|ws)s?:\/\//i.test(address) && parsedUrl(address) !== undefined;

/**
 * The headers for a server in the command line.
 *
 * @param addresses all addresses in the command line
 * @throws HeadwaterError `HW_USAGE` if it is unclear which server is meant
 */
export const headersFor = (
  headers: readonly GivenHeader[] | undefined,
  addresses: readonly string[],
): HeadersOf | undefined => {
  if (headers === undefined) return undefined;
  const named = new Set(addresses.filter(isWeb).map((address) => originOf(new URL(address.replace(/^sse\+/i, '')))));
  if (named.size !== 1 && headers.some(({ origin }) => origin === undefined))
    throw new HeadwaterError(
      'HW_USAGE',
      named.size === 0
        ? '--header is for a server, and none is named. Leave it out, or give an address of the web.'
        : `--header goes to one server, and ${named.size} are named. Write which ` +
            `before it: --header '${[...named][0] ?? ''} Authorization: …'.`,
    );
  const [only] = named;
  return (url) =>
    Object.fromEntries(
      headers.filter(({ origin = only }) => origin === originOf(url)).map(({ name, value }) => [name, value]),
    );
};

/** The headers for a server that the command finds by itself: only headers that name no other server. */
export const headersForFound = (headers: readonly GivenHeader[] | undefined): HeadersOf | undefined =>
  headers === undefined ? undefined : (url) => headersFor(headers, [url.href])?.(url) ?? {};
