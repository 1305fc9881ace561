import { messageOf } from './messageOf.js';

/** The largest length of a reason, in UTF-16 units. */
const LONGEST = 500;

/** The message of an error, followed by the messages of its causes, without the full stop at its end. */
export const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error).slice(0, LONGEST);
  const causes = error instanceof AggregateError ? error.errors : [error.cause];
  const more = causes.filter((cause) => cause instanceof Error).map(messageOf);
  return [messageOf(error), ...new Set(more)].join(' ').slice(0, LONGEST).replace(/\.$/, '');
};
