import { withBase } from 'vitepress';

/** What a browser may know of the reader's connection. */
interface Connection {
  readonly saveData?: boolean;
  readonly effectiveType?: string;
}

const isDear = ({ saveData, effectiveType }: Connection): boolean =>
  saveData === true || (effectiveType !== undefined && effectiveType !== '4g');

/**
 * Keeps the site for a reader without a network (see `serviceWorker.ts`): about 2 MB, compressed. A browser that saves
 * data, or has a slow connection, fetches nothing in advance.
 */
export const keepForOffline = async (): Promise<void> => {
  if (!('serviceWorker' in navigator)) return; // Not over http, except from this machine.
  await navigator.serviceWorker.register(withBase('/service-worker.js'));
  if (isDear((navigator as { readonly connection?: Connection }).connection ?? {})) return;
  const { active } = await navigator.serviceWorker.ready;
  const ask = (): void => active?.postMessage('keep');
  if ('requestIdleCallback' in window) requestIdleCallback(ask);
  else setTimeout(ask, 2000);
};
