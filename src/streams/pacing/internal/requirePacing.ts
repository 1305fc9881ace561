import { isNumber, optionText } from '../../../contracts/checkOption.js';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import type { Pacing } from '../Pacing.js';

/** @throws HeadwaterError `HW_USAGE` if `yieldAfter` is not above zero: then nothing would ever be emitted */
export const requirePacing = ({ yieldAfter = 25 }: Pacing): void => {
  if (!(isNumber(yieldAfter) && yieldAfter > 0))
    throw new HeadwaterError(
      'HW_USAGE',
      `yieldAfter must be a time above 0 milliseconds, not ${optionText(yieldAfter)}.`,
    );
};
