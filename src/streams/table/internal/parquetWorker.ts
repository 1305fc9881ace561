import { parentPort, workerData } from 'node:worker_threads';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { decodeParquet } from './decodeParquet.js';

/** The answer of the worker thread to a request for the next portion. */
export type ParquetAnswer =
  | { readonly type: 'portion'; readonly bytes: Uint8Array }
  | { readonly type: 'end' }
  | { readonly type: 'refused'; readonly code: HeadwaterError['code']; readonly message: string };

// This worker thread decodes a Parquet file, one portion per request.
const portions = decodeParquet(String(workerData));

const next = async (): Promise<ParquetAnswer> => {
  try {
    const { done, value } = await portions.next();
    return done === true ? { type: 'end' } : { type: 'portion', bytes: value };
  } catch (error) {
    if (error instanceof HeadwaterError) return { type: 'refused', code: error.code, message: error.message };
    throw error;
  }
};

parentPort?.on('message', () => void next().then((answer) => parentPort?.postMessage(answer)));
