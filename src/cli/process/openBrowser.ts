/** Opens an address in the user's browser. Where there is none, the address has been told all the same. */
export const openBrowser = async (address: string): Promise<void> => {
  const { default: open } = await import('open');
  const browser = await open(address);
  browser.on('error', () => undefined);
};
