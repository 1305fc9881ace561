import { wrongValue } from '../../contracts/checkOption.js';

/** @throws HeadwaterError `HW_USAGE` if the port is invalid */
export const checkPort = (operation: string, port: number): void => {
  if (!(Number.isSafeInteger(port) && port >= 0 && port <= 65_535))
    throw wrongValue(operation, 'port', port, 'a whole number from 0 to 65535');
};
