import type { ConsumerConfig } from '@nats-io/jetstream';

/**
 * How long a request for messages is valid, in milliseconds. A server that fails takes such requests with it. The
 * client notices that after this time, because it expects a sign of life from the server in each half of it.
 */
const REQUEST_MS = 5000;
/** The shortest time that the client accepts. Milliseconds. */
export const LEAST_REQUEST_MS = 1000;

const NANOSECONDS = 1_000_000;

/** Milliseconds as the nanoseconds of the server, and back. */
export const nanoseconds = (ms: number): number => ms * NANOSECONDS;
export const milliseconds = (ns: number): number => ns / NANOSECONDS;

/** The settings of requests for messages that a consumer does not refuse. It would refuse all others in silence. */
export const requestLimits = (
  { max_batch: batch = 0, max_expires: expires = 0 }: ConsumerConfig,
  maxInFlight: number,
): { readonly max_messages: number; readonly expires: number } => ({
  max_messages: batch > 0 ? Math.min(batch, maxInFlight) : maxInFlight,
  expires: expires > 0 ? Math.min(milliseconds(expires), REQUEST_MS) : REQUEST_MS,
});

/**
 * The time after which a consumer delivers a message again, in milliseconds. Somebody else may have made it with
 * another `ackWait`.
 *
 * @param otherwise the time if the consumer does not say it
 */
export const redeliveryMs = ({ ack_wait: wait, backoff = [] }: ConsumerConfig, otherwise: number): number => {
  // If there are several times, the next one is used for each delivery, and `ack_wait` is not used.
  const times = backoff.length > 0 ? backoff : [wait ?? 0];
  const shortest = milliseconds(Math.min(...times));
  return shortest > 0 ? shortest : otherwise;
};
