/**
 * How long a response stays fresh by its `Cache-Control`, in milliseconds. Undefined if there is no `max-age`, or with
 * `no-cache` or `no-store`.
 */
export const maxAge = (cacheControl: string | undefined): number | undefined => {
  const seconds = /(?:^|[\s,])max-age\s*=\s*"?(\d{1,10})/i.exec(cacheControl ?? '')?.[1];
  if (seconds === undefined || /(?:^|[\s,])no-(?:cache|store)\b/i.test(cacheControl ?? '')) return undefined;
  return Number(seconds) * 1_000;
};
