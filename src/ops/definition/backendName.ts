/** The name under which tfjs knows the embedded backend. */
export const BACKEND_NAME = 'headwater';
