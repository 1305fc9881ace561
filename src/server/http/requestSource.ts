/** The source of headlines that arrive in a request. */
export const REQUEST_SOURCE = 'request';
