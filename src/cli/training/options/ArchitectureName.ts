/** The values of `--architecture`. */
export type ArchitectureName = 'auto' | 'lesson' | 'linear' | 'wide-gru';

/** The values of `--architecture`, in the order of `--help`. */
export const ARCHITECTURES: readonly ArchitectureName[] = ['auto', 'lesson', 'linear', 'wide-gru'];
