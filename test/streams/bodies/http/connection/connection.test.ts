import * as undici from 'undici';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { connectionTo } from '../../../../../src/streams/bodies/http/connection/connection.js';

/** The options with which connections are made: to a server, to a proxy, and through a proxy. */
const optionsOf = (target: string): readonly object[] => {
  const made: object[] = [];
  class Proxied extends undici.EnvHttpProxyAgent {
    constructor(options?: undici.EnvHttpProxyAgent.Options) {
      made.push(options?.proxyTls ?? {}, options?.requestTls ?? {});
      super(options);
    }
  }
  const { dispatcher } = connectionTo(
    {
      ...undici,
      EnvHttpProxyAgent: Proxied,
      buildConnector: (options) => {
        made.push(options ?? {});
        return undici.buildConnector(options);
      },
    },
    { target: new URL(target), headersTimeout: 5000, tunnel: false },
  );
  void dispatcher.destroy();
  return made;
};

describe('a name with several addresses', () => {
  afterEach(() => vi.unstubAllEnvs());

  // Node drops the attempt at an address when it begins the next one, after 250 ms by default. A far server could then
  // never be reached where its other address leads nowhere.
  const patient = { timeout: 5000, autoSelectFamilyAttemptTimeout: 1500 };

  it('gives each address the time of a far server', () => {
    for (const name of ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY']) vi.stubEnv(name, '');
    expect(optionsOf('https://example.org/')).toEqual([patient]);
  });

  it('gives each address of a proxy, or behind it, as much time', () => {
    vi.stubEnv('https_proxy', 'http://proxy.example:8080');
    expect(optionsOf('https://example.org/')).toEqual([patient, patient, patient]);
  });
});
