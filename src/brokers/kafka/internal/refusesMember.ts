import { hasApiId } from './hasApiId.js';

/** Whether the group refused a request because the member is of an earlier generation, or the group is rebalancing. */
export const refusesMember = (error: unknown): boolean =>
  hasApiId(error, 'ILLEGAL_GENERATION', 'REBALANCE_IN_PROGRESS', 'UNKNOWN_MEMBER_ID', 'FENCED_INSTANCE_ID');
