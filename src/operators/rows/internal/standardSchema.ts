import type { StandardSchemaV1 } from '@standard-schema/spec';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';

/** A value that a schema refused: the reason, and the first wrong field if the issue concerns a field. */
export interface Refused {
  readonly ok: false;
  readonly field: string | undefined;
  readonly message: string;
}

/** The result of a schema: the checked value, or what is wrong with it. */
export type Checked<A> = { readonly ok: true; readonly value: A } | Refused;

const keyOf = (segment: PropertyKey | StandardSchemaV1.PathSegment): string =>
  String(typeof segment === 'object' ? segment.key : segment);

/** Checks values with a synchronous schema. */
export const checkedBy =
  <A>({ '~standard': standard }: StandardSchemaV1<unknown, A>): ((value: unknown) => Checked<A>) =>
  (value) => {
    const result = standard.validate(value);
    if (result instanceof Promise) {
      throw new HeadwaterError(
        'HW_USAGE',
        `decode was given a schema of ${standard.vendor} that answers with a promise. ` +
          'Leave out its asynchronous checks, or make them in an operator of their own.',
      );
    }
    if (result.issues === undefined) return { ok: true, value: result.value };
    const [issue] = result.issues;
    const segment = issue?.path?.[0];
    return {
      ok: false,
      field: segment === undefined ? undefined : keyOf(segment),
      message: issue?.message ?? 'a valid record',
    };
  };
