import type { IncomingMessage } from 'node:http';
import { Refusal } from './Refusal.js';

/**
 * A number of the query, such as `?last=100`. Default: 0.
 *
 * @param form the allowed texts
 * @param wanted what the message says if the text is none of them
 * @throws Refusal `malformed`
 */
export const numberParameter = ({ url = '' }: IncomingMessage, name: string, form: RegExp, wanted: string): number => {
  const given = new URLSearchParams(url.split('?')[1]).get(name) ?? '0';
  if (!form.test(given)) throw new Refusal('malformed', wanted);
  return Number(given);
};
