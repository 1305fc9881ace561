import type { Report } from './metrics.js';

/** The test rows were measured, once a training had ended. */
export interface ReportMade {
  readonly type: 'report';
  readonly model: string;
  readonly report: Report;
}
