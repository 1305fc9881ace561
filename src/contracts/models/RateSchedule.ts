/**
 * What a learning rate is multiplied by, as a pure function of the progress of a training: the train rows seen so far,
 * divided by those that it will have seen at its end (epochs × train rows); from 0 to 1.
 *
 * It is asked for each batch. It knows nothing of steps, so a training that is resumed goes on with the same rates.
 */
export type RateSchedule = (progress: number) => number;
