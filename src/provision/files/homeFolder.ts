import { homedir } from 'node:os';

/**
 * The home folder of the user. A user who has none, such as a number without an account in a container, gets `/`, as
 * container runtimes give it.
 */
export const homeFolder = (): string => {
  try {
    return homedir();
  } catch {
    return '/';
  }
};
