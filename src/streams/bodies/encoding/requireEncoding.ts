import { HeadwaterError } from '../../../contracts/HeadwaterError.js';

/**
 * The WHATWG name of an encoding: that of `latin1` is windows-1252.
 *
 * @param label one of the labels of the Encoding standard, in lower or upper case
 * @returns undefined if there is no such label, or if this Node has no decoder for it
 */
export const encodingOf = (label: string): string | undefined => {
  try {
    return new TextDecoder(label.trim()).encoding;
  } catch {
    return undefined;
  }
};

/** @throws HeadwaterError `HW_USAGE` for a label without a decoder */
export const requireEncoding = (label: string): string => {
  const encoding = encodingOf(label);
  if (encoding !== undefined) return encoding;
  const name = /^[\w.:-]{1,40}$/.test(label) ? label : 'NAME';
  throw new HeadwaterError(
    'HW_USAGE',
    `There is no encoding ${JSON.stringify(label.slice(0, 40))}. Give one of the WHATWG's labels: ` +
      'utf-8, utf-16le, windows-1252, iso-8859-2, shift_jis, gb18030, big5, euc-kr, koi8-r, and so on. ' +
      `Convert text of another one first: iconv -f ${name} -t UTF-8 OLD > NEW`,
  );
};
