import { lastValueFrom, of, tap } from 'rxjs';
import { expect, it } from 'vitest';
import { batchSource } from '../../src/operators/batches/batchSource.js';
import { decode } from '../../src/operators/rows/decode.js';
import { fit } from '../../src/operators/training/fit.js';
import { headlineRow } from '../../src/operators/rows/headlineRow.js';
import { prepare } from '../../src/operators/rows/prepare.js';
import { fetchCsv } from '../../src/streams/fetchCsv.js';
import { sampleCsv } from '../../src/streams/sample/sampleCsv.js';
import { valve } from '../../src/streams/valve.js';
import { recordingModel } from '../../src/testing/recordingModel.js';
import { deferredModel } from '../operators/deferredModel.js';
import { fileOf } from '../streams/scratch.js';

const ROWS = 20_000;
/**
 * What may be on its way: a chunk of the file, about 1,300 rows, twice; the rows that are shuffled; the batches that
 * wait and those in flight.
 */
const AHEAD = 3500;

it('reads no further ahead of a device that is slow than the bounds of what is on its way', async () => {
  const brake = valve();
  let read = 0;
  const row$ = fetchCsv(fileOf([...sampleCsv({ rows: ROWS })].join('')), { valve: brake }).pipe(
    decode(headlineRow),
    tap(() => read++),
  );
  const split = await lastValueFrom(prepare(row$, { valve: brake }));
  const model = deferredModel(recordingModel({ classes: 4 }), 20);
  read = 0;
  let learnt = 0;
  let furthest = 0;
  await lastValueFrom(
    of(batchSource(split, { batchSize: 256, boundaries: [], buffer: 256, valve: brake })).pipe(
      fit(model, { epochs: 1 }),
      tap((event) => {
        if (event.type !== 'step') return;
        learnt += event.rows;
        furthest = Math.max(furthest, read * (split.rows.train / ROWS) - learnt);
      }),
    ),
  );
  expect(learnt).toBe(split.rows.train);
  expect(furthest).toBeLessThan(AHEAD);
  expect(brake.isOpen).toBe(true);
});
