import type { NatsConnection } from '@nats-io/transport-node';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { reasonOf } from '../../../contracts/reasonOf.js';
import { connectionAdvice } from '../../internal/connectionAdvice.js';

/** A connection, or a function that opens one. */
export type OwnConnection = NatsConnection | (() => Promise<NatsConnection>);

/**
 * The given connection, or a new one.
 *
 * @throws HeadwaterError `HW_BROKER` if it cannot be opened
 */
export const openConnection = async (given: OwnConnection): Promise<NatsConnection> => {
  if (typeof given !== 'function') return given;
  try {
    return await given();
  } catch (cause) {
    if (cause instanceof HeadwaterError) throw cause;
    throw new HeadwaterError(
      'HW_BROKER',
      `NATS cannot be reached: ${reasonOf(cause)}. ` +
        connectionAdvice(cause, "Check the servers' addresses, and that they run."),
      { cause },
    );
  }
};

/** Closes a connection that was opened here, after its pending data has been sent. */
export const closeOwn = async (connection: NatsConnection | undefined, given: OwnConnection): Promise<void> => {
  if (typeof given !== 'function' || connection === undefined) return;
  await connection.drain().catch(() => undefined);
};
