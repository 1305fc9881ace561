import { isUtf8 } from 'node:buffer';
import { HeadwaterError } from '../../../../contracts/HeadwaterError.js';

/**
 * Decodes base64 to text.
 *
 * @throws HeadwaterError `HW_FEED` if it is not base64, or if the decoded bytes are not UTF-8
 */
export const base64Text = (written: string): string => {
  const packed = written.replace(/\s+/g, '');
  const bytes = Buffer.from(packed, 'base64');
  if (!/^[a-z\d+/_-]*={0,2}$/i.test(packed) || packed.length % 4 === 1 || !isUtf8(bytes))
    throw new HeadwaterError('HW_FEED', 'text in base64 that is UTF-8');
  return bytes.toString('utf8');
};
