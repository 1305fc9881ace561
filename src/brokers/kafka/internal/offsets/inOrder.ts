/**
 * Returns a function that accepts each message of a partition once.
 *
 * When a partition gets another leader, `@platformatic/kafka` 2.12 requests the same messages from it while the request
 * to the earlier leader is unanswered. If both answer, it passes the messages on twice.
 *
 * @param begin the first offset that is accepted
 * @returns whether an offset is above all accepted ones
 */
export const inOrder = (begin: bigint): ((offset: bigint) => boolean) => {
  let next = begin;
  return (offset) => {
    if (offset < next) return false;
    next = offset + 1n;
    return true;
  };
};
