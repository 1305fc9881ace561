/** The values that determine which positions are dropped. */
export interface DropoutOptions {
  /** The share of the positions that is dropped, in [0, 1). */
  readonly rate: number;
  /** The seed of the run, any whole number. */
  readonly seed: number;
  /** The number of the pass over the train rows, from 1. */
  readonly epoch: number;
  /** The number of the step within the epoch, from 0. */
  readonly step: number;
  /** The number of this dropout, if the model has several. Default 0. */
  readonly site?: number | undefined;
  /** Whether values are dropped. Set it to false in evaluation. Default true. */
  readonly training?: boolean | undefined;
}
