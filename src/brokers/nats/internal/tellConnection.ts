import type { NatsConnection, Status } from '@nats-io/transport-node';
import { from, type Subscription } from 'rxjs';
import { connectionAdvice } from '../../internal/connectionAdvice.js';
import type { WorkEvents } from '../../WorkEvent.js';

/** In the subject of a request for messages of a consumer. */
const REQUEST_FOR_MESSAGES = '.CONSUMER.MSG.NEXT.';

/**
 * Reports when a connection is lost and restored, and when the user may not fetch messages: the client itself then
 * waits in silence.
 *
 * @param stream the stream that is read
 */
export const tellConnection = (connection: NatsConnection, stream: string, events: WorkEvents): Subscription =>
  from(connection.status()).subscribe((status: Status) => {
    switch (status.type) {
      case 'disconnect':
        events.next({ type: 'disconnected', server: status.server });
        break;
      case 'reconnect':
        events.next({ type: 'connected', server: status.server });
        break;
      case 'error':
        if (status.error.message.includes(REQUEST_FOR_MESSAGES))
          events.next({
            type: 'unreadable',
            from: stream,
            reason: `${status.error.message}. ${connectionAdvice(status.error, '')}`,
          });
        break;
      default:
        break;
    }
  });
