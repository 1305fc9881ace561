import type { Delivery } from '../../../contracts/flow/Delivery.js';

/**
 * The id by which a server recognises a message that is published again.
 *
 * A server compares the ids of a whole stream. So the subject is part of the id, because a stream may have several. The
 * group is part of it, because two groups work on the same deliveries: the results of one do not repeat those of the
 * other.
 */
export const messageId = (subject: string, { group, id }: Pick<Delivery<unknown>, 'group' | 'id'>): string =>
  [subject, group, id].filter((part) => part !== undefined).join(' ');
