import type { IncomingMessage } from 'node:http';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { parsedUrl } from '../../contracts/runtime/parsedUrl.js';
import { sendText } from '../answers/answer.js';
import { parseJson } from '../answers/decodeHeadlines.js';
import { readDocument } from '../answers/readDocument.js';
import { requestForm, TYPE_OF } from '../http/mediaTypes.js';
import { Refusal } from '../http/Refusal.js';
import type { Handler, Route } from '../http/Route.js';
import type { ServerLimits } from '../queue/ServerLimits.js';
import type { ServedFeeds } from './ServedFeeds.js';

/** What the routes of feeds need. */
export interface FeedRoutesOptions {
  /** Undefined if the feeds cannot be changed. */
  readonly feeds: ServedFeeds | undefined;
  /** Whether the server requires a token. Without one, any client could make the server send requests. */
  readonly hasToken: boolean;
  readonly limits: ServerLimits;
}

const invalid = (detail: string): Refusal =>
  new Refusal('invalid', detail, { errors: [{ pointer: '/address', detail }] });

/** The address in a document. @throws Refusal if the document is invalid */
const addressIn = async (request: IncomingMessage, limits: ServerLimits): Promise<string | undefined> => {
  if (requestForm(request) !== 'json')
    throw new Refusal('media-type', 'Send the address of a feed, as application/json.', {
      headers: { accept: 'application/json' },
    });
  const text = await readDocument(request, limits);
  if (text === undefined) return undefined;
  const value = parseJson(text);
  if (value === undefined) throw new Refusal('malformed', 'The body is not valid JSON. Send {"address": "https://…"}.');
  const address = typeof value === 'object' && value !== null && 'address' in value ? value.address : undefined;
  if (
    typeof address !== 'string' ||
    !/^(?:https?|sse\+https?|wss?):\/\//i.test(address) ||
    parsedUrl(address) === undefined
  )
    throw invalid('Send the address of a feed as address: one of http, https, sse+https, ws or wss.');
  return address;
};

/** The routes that list, add and remove feeds. */
export const feedRoutes = ({
  feeds,
  hasToken,
  limits,
}: FeedRoutesOptions): readonly (readonly [path: string, route: Route])[] => {
  const changeable = (): ServedFeeds => {
    if (feeds === undefined) throw new Refusal('no-feeds', 'The feeds of this server cannot be changed.');
    if (!hasToken)
      throw new Refusal(
        'no-feeds',
        'Feeds can be changed with a token only. Start the server with --token or --tokens.',
      );
    return feeds;
  };
  const changed =
    (change: (feeds: ServedFeeds, address: string) => boolean, otherwise: string): Handler =>
    async (request, response) => {
      const present = changeable();
      const address = await addressIn(request, limits);
      if (address === undefined) return;
      try {
        if (!change(present, address)) throw invalid(otherwise);
      } catch (error) {
        throw error instanceof HeadwaterError ? invalid(error.message) : error;
      }
      sendText(response, 200, TYPE_OF.json, JSON.stringify({ feeds: present.addresses }));
    };
  const route = (handlers: Route['handlers']): Route => ({ handlers, probe: false, scope: 'admin' });
  return [
    [
      '/admin/feeds',
      route({
        GET: (_request, response) =>
          sendText(response, 200, TYPE_OF.json, JSON.stringify({ feeds: feeds?.addresses ?? [] })),
        POST: changed((present, address) => present.add(address), 'This feed is read already.'),
      }),
    ],
    [
      '/admin/feeds/remove',
      route({ POST: changed((present, address) => present.remove(address), 'There is no such feed.') }),
    ],
  ];
};
