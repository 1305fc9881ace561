/** What a headline that came in a request has for its source. */
export const REQUEST_SOURCE = 'request';
