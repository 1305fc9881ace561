/** A partition and an offset of it. */
export interface PartitionOffset {
  readonly partition: number;
  readonly offset: bigint;
}
