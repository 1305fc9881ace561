import { checkOptions, checkWhole } from '../contracts/checkOption.js';
import { checkArgument } from '../contracts/checkArgument.js';
import type { Delivery, Settlement } from '../contracts/flow/Delivery.js';

/** Deliveries, and a record of how they were settled. */
export interface RecordingDeliveries<T> {
  readonly deliveries: readonly Delivery<T>[];
  /** How each delivery was settled, in the order of settling. Only the first settlement of each delivery counts. */
  readonly settled: readonly (Settlement & { readonly id: string })[];
  /** The ids of the deliveries that are not settled, in the order of the values. */
  readonly unsettled: readonly string[];
}

/** Options of `recordingDeliveries`. */
export interface RecordingDeliveriesOptions {
  /** The `attempt` of each delivery: how many times it has been delivered. Default 1. */
  readonly attempt?: number | undefined;
}

/**
 * Makes deliveries of values, and records how they are settled. Their ids are their indices, from `'0'`.
 *
 * @throws HeadwaterError `HW_USAGE` when an option is invalid
 *
 * @example
 * ```ts
 * import { recordingDeliveries } from 'headwater/testing';
 * const { deliveries, settled, unsettled } = recordingDeliveries(['ferry', 'port']);
 * deliveries[1]!.settle({ type: 'done' });
 * console.log(settled); // [{ id: '1', type: 'done' }]
 * ```
 */
export const recordingDeliveries = <T>(
  values: readonly T[],
  options: RecordingDeliveriesOptions = {},
): RecordingDeliveries<T> => {
  checkOptions('recordingDeliveries', options, 'values, { attempt: 1 }');
  const { attempt = 1 } = options;
  checkArgument('recordingDeliveries', 'values', values, 'a list of values', ['map']);
  checkWhole('recordingDeliveries', 'attempt', attempt, 1);

  const settled: (Settlement & { readonly id: string })[] = [];
  const has = (id: string): boolean => settled.some((settlement) => settlement.id === id);
  const ids = values.map((_, at) => String(at));
  return {
    deliveries: values.map((value, at): Delivery<T> => {
      const id = ids[at]!;
      return {
        value,
        id,
        attempt,
        settle: (how) => {
          if (!has(id)) settled.push({ id, ...how });
        },
      };
    }),
    settled,
    get unsettled() {
      return ids.filter((id) => !has(id));
    },
  };
};
