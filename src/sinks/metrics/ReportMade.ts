import type { Report } from './metrics.js';

/** The scores on the test rows, measured after a training has ended. */
export interface ReportMade {
  readonly type: 'report';
  readonly model: string;
  readonly report: Report;
}
