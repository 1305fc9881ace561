/** Opens an address in the user's browser. If there is no browser, the printed address is enough. */
export const openBrowser = async (address: string): Promise<void> => {
  const { default: open } = await import('open');
  const browser = await open(address);
  browser.on('error', () => undefined);
};
