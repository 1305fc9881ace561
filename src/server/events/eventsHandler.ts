import type { IncomingMessage } from 'node:http';
import { answerEvents, type EventStreamOptions } from './answerEvents.js';
import { numberParameter } from '../http/numberParameter.js';
import { Refusal } from '../http/Refusal.js';
import type { Handler } from '../http/Route.js';
import type { ServerLimits } from '../queue/ServerLimits.js';

/** What listeners receive, and the limit on their number. */
export interface EventsHandlerOptions extends Omit<EventStreamOptions, 'lastEventId' | 'last'> {
  readonly limits: Pick<ServerLimits, 'listeners'>;
  /** The number of listeners. The handler updates it. */
  readonly listeners: { count: number };
}

const lastEventId = ({ headers }: IncomingMessage): string | undefined => {
  const given = headers['last-event-id'];
  return typeof given === 'string' ? given : undefined;
};

/** How many of the last events a listener requests first: `?last=100`. */
const lastEvents = (request: IncomingMessage): number =>
  numberParameter(
    request,
    'last',
    /^\d{1,9}$/,
    'last says how many of the last events are wanted: give a whole number, as in /events?last=100.',
  );

/** Answers `GET /events`. */
export const eventsHandler =
  ({ limits, listeners, ...streams }: EventsHandlerOptions): Handler =>
  (request, response) => {
    const last = lastEvents(request);
    if (request.method === 'HEAD') {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end();
      return;
    }
    if (listeners.count >= limits.listeners)
      throw new Refusal('listeners', `There are ${limits.listeners} listeners already. Try again later.`, {
        headers: { 'retry-after': '30' },
      });
    listeners.count += 1;
    response.once('close', () => {
      listeners.count -= 1;
    });
    answerEvents(response, { ...streams, lastEventId: lastEventId(request), last });
  };
