import { codeOf } from '../../../contracts/codeOf.js';

/** The server's error codes for messages and headers that exceed the size limit of a stream. */
const TOO_LARGE: ReadonlySet<unknown> = new Set([10_054, 10_097]);

/** Whether a message can never be stored as it is, so that publishing it again is useless. */
export const isTooLarge = (error: unknown): boolean =>
  error instanceof Error && (error.name === 'InvalidArgumentError' || TOO_LARGE.has(codeOf(error)));
