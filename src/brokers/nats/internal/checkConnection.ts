import { wrongValue } from '../../../contracts/checkOption.js';

/**
 * Rejects what is neither a connection to NATS nor a function that opens one.
 *
 * @param call the function that was called, as its user writes it
 * @throws HeadwaterError `HW_USAGE`
 */
export const checkConnection = (call: string, connection: unknown): void => {
  if (typeof connection === 'function' || (typeof connection === 'object' && connection !== null)) return;
  throw wrongValue(
    call,
    'connection',
    connection,
    "a connection, or a function such as natsConnection({ servers: '…' })",
  );
};
