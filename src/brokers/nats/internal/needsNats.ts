import { loadPackage } from '../../internal/loadPackage.js';

/**
 * Loads a package of the NATS clients, which are optional.
 *
 * @param names what is used of the package
 * @param packages the packages to install, for the message
 * @throws HeadwaterError `HW_USAGE` if it is not installed, cannot be loaded, or has another version
 */
export const needsNats = <T extends object>(
  load: () => Promise<T>,
  names: readonly (keyof T & string)[],
  packages: readonly string[] = ['@nats-io/jetstream', '@nats-io/transport-node'],
): Promise<T> => loadPackage(load, { broker: 'NATS JetStream', packages }, names);
