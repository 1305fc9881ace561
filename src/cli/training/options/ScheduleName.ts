/**
 * The schedule of the learning rate: one cycle over all epochs, or a reduction when the validation loss stops falling.
 */
export type ScheduleName = 'one-cycle' | 'plateau';
