import type { NatsConnection } from '@nats-io/transport-node';
import { Observable } from 'rxjs';
import type { Broadcast } from '../Broadcast.js';
import { closeOwn, openConnection, type OwnConnection } from './internal/ownConnection.js';

/** Short messages on a NATS subject. No stream is needed. */
export const natsBroadcast = (connection: OwnConnection, subject: string): Broadcast => {
  let opened: Promise<NatsConnection> | undefined;
  const open = (): Promise<NatsConnection> => (opened ??= openConnection(connection));
  return {
    send: (_key, text) =>
      void open().then(
        (nats) => {
          if (!nats.isClosed()) nats.publish(subject, text);
        },
        () => (opened = undefined),
      ),
    heard$: new Observable((subscriber) => {
      open().then(
        (nats) => {
          const heard = nats.subscribe(subject, {
            callback: (error, message) => {
              if (error === null) subscriber.next(message.string());
            },
          });
          subscriber.add(() => heard.unsubscribe());
        },
        (error: unknown) => subscriber.error(error),
      );
    }),
    close: async () => {
      if (opened !== undefined) await closeOwn(await opened.catch(() => undefined), connection);
    },
  };
};
