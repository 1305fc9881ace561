const LONGEST = 40;

const shortened = (name: string): string => (name.length > LONGEST ? `${name.slice(0, LONGEST - 1)}…` : name);

/**
 * Column names in quotes for a message: the first few, and the number of the others. The list is bounded because a
 * table may have 100,000 columns, and a name may be as long as a record.
 */
export const listNames = (names: readonly string[], most = 10): string => {
  const shown = names.slice(0, most).map((name) => JSON.stringify(shortened(name)));
  return names.length > most ? `${shown.join(', ')} and ${names.length - most} more` : shown.join(', ');
};
