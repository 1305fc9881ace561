import type { Observable } from 'rxjs';
import { HeadwaterError } from '../../src/contracts/HeadwaterError.js';
import type { Rejection } from '../../src/contracts/rows/Rejection.js';
import type { SourceRow } from '../../src/contracts/rows/Row.js';
import { fetchCsv, type FetchCsvOptions } from '../../src/streams/fetchCsv.js';

/** All that a stream did: its values, then how it ended. */
export interface Collected<T> {
  readonly values: readonly T[];
  /** Undefined where it completed. */
  readonly error: unknown;
}

export const collect = <T>(values$: Observable<T>): Promise<Collected<T>> =>
  new Promise((resolve) => {
    const values: T[] = [];
    values$.subscribe({
      next: (value) => values.push(value),
      error: (error: unknown) => resolve({ values, error }),
      complete: () => resolve({ values, error: undefined }),
    });
  });

/** All that reading a table gave. */
export interface Table extends Collected<SourceRow> {
  readonly rejections: readonly Rejection[];
  /** The rows' fields. */
  readonly fields: readonly Readonly<Record<string, string>>[];
  /** `<reason>@<line>` for each rejection. */
  readonly rejected: readonly string[];
  readonly code: string | undefined;
  readonly message: string;
}

export const readTable = async (source: string | URL, options: FetchCsvOptions = {}): Promise<Table> => {
  const rejections: Rejection[] = [];
  const { values, error } = await collect(
    fetchCsv(source, {
      maxRetries: 0,
      rejections: { next: (rejection) => void rejections.push(rejection) },
      ...options,
    }),
  );
  return {
    values,
    error,
    rejections,
    fields: values.map(({ fields }) => ({ ...fields })),
    rejected: rejections.map(({ reason, line }) => `${reason}@${line}`),
    code: error instanceof HeadwaterError ? error.code : undefined,
    message: error instanceof Error ? error.message : '',
  };
};
