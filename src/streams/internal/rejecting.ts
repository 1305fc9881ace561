import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { flowProbe } from '../../contracts/flow/FlowProbe.js';
import type { DeadLetter, Rejection } from '../../contracts/rows/Rejection.js';

/**
 * Sends rejections to the dead letter. Without a dead letter, the first rejection is an error, so that bad input is
 * never dropped silently.
 *
 * @returns a function that throws HeadwaterError `HW_REJECTIONS` if there is no dead letter, or else any error that the
 *   dead letter throws
 */
export const rejecting = (rejections: DeadLetter | undefined): ((rejection: Rejection) => void) => {
  if (rejections !== undefined)
    return (rejection) => {
      flowProbe()?.rejected();
      rejections.next(rejection);
    };
  return ({ reason, source, line, field, expected, got }) => {
    // Records of messages (WebSocket, broker) have no line.
    const where = line === undefined ? source : `${source}:${line}`;
    throw new HeadwaterError(
      'HW_REJECTIONS',
      `${where}: ${field === undefined ? '' : `field ${JSON.stringify(field)}: `}${reason}: expected ` +
        `${expected}, got ${JSON.stringify(got)}. Correct it, or pass \`rejections\` to have the like set aside.`,
      { where },
    );
  };
};
