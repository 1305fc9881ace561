import type { NatsConnection } from '@nats-io/transport-node';
import { Observable } from 'rxjs';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { reasonOf } from '../../contracts/reasonOf.js';
import type { Broadcast } from '../Broadcast.js';
import { connectionAdvice } from '../internal/connectionAdvice.js';
import { closeOwn, openConnection, type OwnConnection } from './internal/ownConnection.js';

/** The error of a subscription that the server refuses. */
const unheard = (subject: string, cause: Error): HeadwaterError =>
  new HeadwaterError(
    'HW_BROKER',
    `The subject ${subject} cannot be read: ${reasonOf(cause)}. ` +
      connectionAdvice(cause, "Check the subject's name and the server's log."),
    { cause, where: subject },
  );

/** Short messages on a NATS subject. No stream is needed. */
export const natsBroadcast = (connection: OwnConnection, subject: string): Broadcast => {
  let opened: Promise<NatsConnection> | undefined;
  const open = (): Promise<NatsConnection> => (opened ??= openConnection(connection));
  return {
    send: (_key, text) =>
      void open()
        .catch(() => (opened = undefined))
        // It throws if the connection is closed or the text is too large.
        .then((nats) => nats?.publish(subject, text))
        .catch(() => undefined),
    heard$: new Observable((subscriber) => {
      open().then(
        (nats) => {
          const heard = nats.subscribe(subject, {
            callback: (error, message) => {
              if (error === null) subscriber.next(message.string());
              else subscriber.error(unheard(subject, error));
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
