import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { encodingLabel } from './encodingLabel.js';

/**
 * The name of an encoding: that of `latin1` is windows-1252.
 *
 * @param label one of the labels of the Encoding standard or of iconv-lite, in lower or upper case
 * @returns undefined if there is no such encoding, or no decoder for it
 */
export const encodingOf = (label: string): string | undefined => encodingLabel(label)?.name;

/** @throws HeadwaterError `HW_USAGE` for a label without a decoder */
export const requireEncoding = (label: string): string => {
  const encoding = encodingOf(label);
  if (encoding !== undefined) return encoding;
  const name = /^[\w.:-]{1,40}$/.test(label) ? label : 'NAME';
  throw new HeadwaterError(
    'HW_USAGE',
    `There is no encoding ${JSON.stringify(label.slice(0, 40))}. Give another name, such as ` +
      'utf-8, utf-16le, windows-1252, iso-8859-2, shift_jis, gb18030, big5, euc-kr, koi8-r or cp850. ' +
      `Convert text of another one first: iconv -f ${name} -t UTF-8 OLD > NEW`,
  );
};
