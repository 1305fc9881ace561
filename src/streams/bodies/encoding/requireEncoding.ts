import { HeadwaterError } from '../../../contracts/HeadwaterError.js';

/**
 * The standard's name of an encoding: `latin1` is windows-1252.
 *
 * @param label one of the labels of the Encoding standard, in any case
 * @returns undefined where there is no such label, or no decoder of it in this Node
 */
export const encodingOf = (label: string): string | undefined => {
  try {
    return new TextDecoder(label.trim()).encoding;
  } catch {
    return undefined;
  }
};

/** @throws HeadwaterError `HW_USAGE` for a label that there is no decoder of */
export const requireEncoding = (label: string): string => {
  const encoding = encodingOf(label);
  if (encoding !== undefined) return encoding;
  throw new HeadwaterError(
    'HW_USAGE',
    `There is no encoding ${JSON.stringify(label.slice(0, 40))}. Give one of the WHATWG's labels: utf-8, utf-16le, windows-1252, iso-8859-2, shift_jis, gb18030, big5, euc-kr, koi8-r, and so on.`,
  );
};
