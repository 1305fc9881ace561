/**
 * Sources of tables, lines and word vectors: files and HTTP. For Node.
 *
 * @module headwater/streams
 */
export type { BodyOptions } from '../streams/bodies/http/connection/BodyOptions.js';
export type { RetryOptions } from '../streams/bodies/http/retries/RetryOptions.js';
export type { KeepOptions } from '../streams/bodies/openBody.js';
export { fetchCsv, type FetchCsvOptions } from '../streams/fetchCsv.js';
export { fetchHeadlines, type FetchHeadlinesOptions } from '../streams/fetchHeadlines.js';
export { fetchTable } from '../streams/fetchTable.js';
export type { TableFormat } from '../streams/csv/TableFormat.js';
export type { TableLayout } from '../streams/table/TableLayout.js';
export type { FetchTableOptions, TableNotice, UsualColumns } from '../streams/table/TableOptions.js';
export type { TableAddress } from '../streams/table/TableSource.js';
export type { Snapshot } from '../streams/bodies/keepSnapshot.js';
export type { Pacing } from '../streams/pacing/Pacing.js';
export type { ReadLinesOptions } from '../streams/bodies/lineSource.js';
export { readLines } from '../streams/readLines.js';
export { sampleCsv } from '../streams/sample/sampleCsv.js';
export type { SampleOptions } from '../streams/sample/sampleRows.js';
export { serveSample } from '../streams/sample/serveSample.js';
export { readVectors, type ReadVectorsOptions } from '../streams/vectors/readVectors.js';
export { findVectors, type FindVectorsOptions, type FoundVectors } from '../vectors/findVectors.js';
export { loadVectors, type LoadVectorsOptions } from '../vectors/loadVectors.js';
export { saveVectors, type SavedVectors } from '../vectors/saveVectors.js';
