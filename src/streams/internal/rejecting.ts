import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { flowProbe } from '../../contracts/flow/FlowProbe.js';
import type { DeadLetter, Rejection } from '../../contracts/rows/Rejection.js';

/**
 * Hands rejections over, or where nobody takes them makes the first one an error: bad input is not passed over in
 * silence.
 *
 * @returns a function that throws HeadwaterError `HW_REJECTIONS` where there is no dead letter, and whatever the dead
 *   letter throws
 */
export const rejecting = (rejections: DeadLetter | undefined): ((rejection: Rejection) => void) => {
  if (rejections !== undefined)
    return (rejection) => {
      flowProbe()?.rejected();
      rejections.next(rejection);
    };
  return ({ reason, source, line, field, expected, got }) => {
    // What arrives in messages has no line.
    const where = line === undefined ? source : `${source}:${line}`;
    throw new HeadwaterError(
      'HW_REJECTIONS',
      `${where}: ${field === undefined ? '' : `field ${JSON.stringify(field)}: `}${reason}: expected ${expected}, got ${JSON.stringify(got)}. Correct it, or pass \`rejections\` to have the like set aside.`,
      { where },
    );
  };
};
