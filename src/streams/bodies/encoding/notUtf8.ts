import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { guessEncoding } from './guessEncoding.js';

/** The error for a table or a text that is not UTF-8: it names the likeliest encoding. */
export const notUtf8 = (source: string, bytes: Uint8Array): HeadwaterError => {
  const likely = guessEncoding(bytes);
  return new HeadwaterError(
    'HW_USAGE',
    `${source} is not UTF-8. It is most likely ${likely}: give --encoding ${likely}, or save it as UTF-8.`,
    { where: source },
  );
};
