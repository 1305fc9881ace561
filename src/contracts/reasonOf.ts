/** The most characters of an error that are told. */
const LONGEST = 500;

/** What an error says, and what those say that it was made of. */
export const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error).slice(0, LONGEST);
  const causes = error instanceof AggregateError ? error.errors : [error.cause];
  const more = causes.filter((cause) => cause instanceof Error).map((cause) => cause.message);
  return [error.message, ...new Set(more)].join(' ').slice(0, LONGEST);
};
