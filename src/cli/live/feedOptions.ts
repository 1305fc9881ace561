import { type Command, InvalidArgumentError } from 'commander';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { HEADLINE_KEYS, type HeadlineKey } from '../../operators/live/headlineKeys.js';
import type { Untitled } from '../../streams/feeds/parsing/FeedDocument.js';
import type { HeadersOf } from '../../streams/bodies/http/connection/BodyOptions.js';
import { isNamedPrivate } from '../../streams/feeds/polling/publicAddress.js';
import { path, positiveNumber } from '../process/argument.js';
import { addHeaderOption, headersFor, type NetworkFlags } from '../process/networkOptions.js';
import type { WatchedFeed } from './watchedFeed.js';

/** The command-line options for reading feeds. */
export interface FeedOptions extends NetworkFlags {
  readonly interval?: number;
  readonly insist?: boolean;
  readonly contact?: string;
  readonly titledOnly?: boolean;
  readonly dedupeBy?: readonly HeadlineKey[];
  readonly corrections?: boolean;
}

/** The variable with the user's contact, for all feeds. */
const CONTACT_VARIABLE = 'HEADWATER_CONTACT';

/** The minimum interval between requests to a public server, in seconds. */
const MINUTE = 60;

/** The keys in an argument. */
const headlineKeys = (text: string): readonly HeadlineKey[] => {
  const names = text.split(',').map((name) => name.trim());
  const known = HEADLINE_KEYS.filter((key) => names.includes(key));
  if (known.length > 0 && names.every((name) => known.some((key) => key === name))) return known;
  throw new InvalidArgumentError(`Give some of ${HEADLINE_KEYS.join(', ')}, separated by commas.`);
};

/** Adds the options for reading feeds to a command. */
export const addFeedOptions = (command: Command): Command =>
  addHeaderOption(command)
    .option(
      '--interval <seconds>',
      'time between two requests of a feed; a feed can ask for a longer time (default: 900)',
      positiveNumber,
    )
    .option('--insist', 'allow an interval below 60 seconds, for a server of your own')
    .option(
      '--contact <address>',
      'your web or mail address, sent with each request so that the owner of a feed ' +
        `can reach you (default: ${CONTACT_VARIABLE} in the environment)`,
      path,
    )
    .option(
      '--titled-only',
      'leave out items without a title; by default the first words of their text are their title',
    )
    .option(
      '--dedupe-by <keys>',
      'what a headline that was there before is known by: guid, ' +
        'link, content, separated by commas (default: all three)',
      headlineKeys,
    )
    .option('--corrections', 'classify a headline again when its feed corrects the title');

/** The settings for the sources of feeds. */
export interface FeedRules {
  readonly intervalMs: number | undefined;
  readonly insist: boolean;
  readonly contact: string | undefined;
  /** The headers for the named servers. */
  readonly headers: HeadersOf | undefined;
  readonly untitled: Untitled;
}

/**
 * Converts the options to settings for the sources of feeds. An empty variable counts as not set.
 *
 * @param named the addresses of the command line
 * @throws HeadwaterError `HW_USAGE` for an interval below a minute without `--insist`
 */
export const feedRules = (
  { interval, insist = false, contact, headers, titledOnly = false }: FeedOptions,
  { [CONTACT_VARIABLE]: ours = '' }: NodeJS.ProcessEnv,
  named: readonly string[] = [],
): FeedRules => {
  if (interval !== undefined && interval < MINUTE && !insist) {
    throw new HeadwaterError(
      'HW_USAGE',
      `--interval is ${interval}, but must be at least ${MINUTE} seconds: each request ` +
        'costs the owner of the feed. Add --insist for a server of your own.',
    );
  }
  return {
    intervalMs: interval === undefined ? undefined : interval * 1000,
    insist,
    contact: contact ?? (ours === '' ? undefined : ours),
    headers: headersFor(headers, named),
    untitled: titledOnly ? 'reject' : 'first-words',
  };
};

/** A hint for users who request public servers without a contact; empty if there is nothing to say. */
export const contactLine = (feeds: readonly WatchedFeed[], { contact }: FeedRules): string => {
  const asksOthers = feeds.some(
    ({ kind, address }) => kind !== 'file' && kind !== 'lines' && !isNamedPrivate(new URL(address)),
  );
  return asksOthers && contact === undefined
    ? 'The operators of the feeds cannot reach you: give an address of the ' +
        `web or of mail with --contact, or in ${CONTACT_VARIABLE}.\n`
    : '';
};
