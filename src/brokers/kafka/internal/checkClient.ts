import { wrongValue } from '../../../contracts/checkOption.js';

/**
 * Rejects a connection to Kafka without brokers.
 *
 * @param call the function that was called, as its user writes it
 * @throws HeadwaterError `HW_USAGE`
 */
export const checkClient = (call: string, client: unknown): void => {
  const brokers =
    typeof client === 'object' && client !== null && 'bootstrapBrokers' in client ? client.bootstrapBrokers : undefined;
  if (!Array.isArray(brokers) || brokers.length === 0)
    throw wrongValue(call, 'client', client, "an object such as { bootstrapBrokers: ['127.0.0.1:9092'] }");
};
