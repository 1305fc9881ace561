/** The name under which tfjs knows the embedded backend. */
export const BACKEND_NAME = 'headwater';

/** The name under which tfjs knows libtensorflow: the code of its package expects this name. */
export const TENSORFLOW = 'tensorflow';
