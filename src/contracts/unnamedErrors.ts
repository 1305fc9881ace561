/**
 * Errors of file systems for which Node has no name: their code and message are only `Unknown system error -122`. The
 * numbers are those of Linux, and of macOS where they differ.
 */
const UNNAMED: Readonly<Record<string, readonly [name: string, meaning: string]>> = {
  '-122': ['EDQUOT', 'the disk quota is exceeded'],
  '-69': ['EDQUOT', 'the disk quota is exceeded'],
  '-116': ['ESTALE', 'the server of the network file system does not know the file any more'],
  '-70': ['ESTALE', 'the server of the network file system does not know the file any more'],
  '-117': ['EUCLEAN', 'the file system is damaged'],
};

/** An error without a name, as a code or at the beginning of a message, where Node has the code twice. */
const UNKNOWN = /^Unknown system error (-\d+)(?:: Unknown system error \1)?/;

/** The name of a code that Node has no name for; any other code as it is. */
export const namedCode = (code: string): string => UNNAMED[UNKNOWN.exec(code)?.[1] ?? '']?.[0] ?? code;

/** A message with the name and the meaning of an error that Node has no name for; any other message as it is. */
export const namedMessage = (message: string): string =>
  message.replace(UNKNOWN, (unknown, number: string) => UNNAMED[number]?.join(': ') ?? unknown);
