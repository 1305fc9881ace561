import type { IncomingMessage } from 'node:http';
import { sendText } from '../answers/answer.js';
import { numberParameter } from '../http/numberParameter.js';
import type { Route } from '../http/Route.js';
import type { FlowHistory } from './FlowHistory.js';

/** The time after which snapshots are requested: `?after=1000`. */
const wantedAfter = (request: IncomingMessage): number =>
  numberParameter(
    request,
    'after',
    /^\d{1,15}(\.\d{1,20})?$/,
    'after is a time in milliseconds since the start: give a number, as in /flow?after=1000.',
  );

/** The route of the flow's snapshots. */
export const flowRoute = (history: FlowHistory): readonly [path: string, route: Route] => [
  '/flow',
  {
    handlers: {
      GET: (request, response) => {
        const snapshots = history.after(wantedAfter(request));
        sendText(response, 200, 'application/json', JSON.stringify({ snapshots }));
      },
    },
    probe: false,
  },
];
