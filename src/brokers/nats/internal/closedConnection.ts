import type { NatsConnection } from '@nats-io/transport-node';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { reasonOf } from '../../../contracts/reasonOf.js';
import { connectionAdvice } from '../../internal/connectionAdvice.js';

const RESTART = 'Start the worker again.';

/**
 * The error of a connection that is closed for good. The client closes it when the server has refused the log-in twice,
 * as after the rights of the user were withdrawn or have expired.
 *
 * @param where what the connection was for
 */
export const closedConnection = async (connection: NatsConnection, where: string): Promise<HeadwaterError> => {
  const cause = connection.isClosed() ? await connection.closed() : undefined;
  const said = cause instanceof Error ? `: ${reasonOf(cause)}` : '';
  return new HeadwaterError(
    'HW_BROKER',
    `The connection to ${where} was closed${said}. ${connectionAdvice(cause, RESTART)}`,
    { cause, where },
  );
};
