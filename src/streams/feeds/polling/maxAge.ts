/**
 * How long an answer stays fresh by its `Cache-Control`, in milliseconds; undefined where it does not say, or says that
 * it does not.
 */
export const maxAge = (cacheControl: string | undefined): number | undefined => {
  const seconds = /(?:^|[\s,])max-age\s*=\s*"?(\d{1,10})/i.exec(cacheControl ?? '')?.[1];
  if (seconds === undefined || /(?:^|[\s,])no-(?:cache|store)\b/i.test(cacheControl ?? '')) return undefined;
  return Number(seconds) * 1_000;
};
