/** The name under which tfjs knows the embedded backend. */
export const BACKEND_NAME = 'headwater';

/** The name under which tfjs knows libtensorflow: its package's code looks for itself under it. */
export const TENSORFLOW = 'tensorflow';
