/**
 * The factor of a learning rate, as a pure function of the progress of a training. The progress is the number of train
 * rows seen so far, divided by the total of the training (epochs × train rows); from 0 to 1.
 *
 * It is called for each batch. It does not depend on step numbers, so a resumed training continues with the same rates.
 */
export type RateSchedule = (progress: number) => number;
