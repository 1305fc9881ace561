import { messageOf } from '../../contracts/messageOf.js';

/** The first line of an error message. The messages of library loaders have many lines. */
export const firstLine = (error: unknown): string => messageOf(error).split('\n', 1).join('');
