import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { packageJson } from '../../../contracts/runtime/packageJson.js';

/**
 * The User-Agent header: `headwater/0.1.0 (+https://example.org/bot)`.
 *
 * @param contact how server operators can reach the user: a web or mail address. Default: the homepage of the package,
 * if it has one
 * @throws HeadwaterError `HW_USAGE` for a contact that a User-Agent cannot contain
 */
export const userAgent = (contact: string | undefined): string => {
  const { version, homepage } = packageJson();
  if (contact !== undefined && !/^[\x21-\x27\x2a-\x7e]{3,200}$/.test(contact)) {
    throw new HeadwaterError(
      'HW_USAGE',
      'contact must be an address of the web or of mail, ' +
        `without spaces and parentheses, not ${JSON.stringify(contact)}.`,
    );
  }
  const shown = contact ?? homepage;
  return `headwater/${version}${shown === undefined ? '' : ` (+${shown})`}`;
};
