import { NEVER } from 'rxjs';
import { HeadwaterError } from '../contracts/HeadwaterError.js';
import { checkTime, checkTypes, checkWhole } from '../contracts/checkOption.js';
import { hostGuard, isLoopback } from './guards/hostGuard.js';
import { originGuard } from './guards/originGuard.js';
import { type CheckToken, tokenGuard } from './guards/tokenGuard.js';
import { type AccessToken, SCOPES } from './http/AccessToken.js';
import { checkPort } from './http/checkPort.js';
import { checkHeartbeat, serverLimits } from './queue/ServerLimits.js';
import type { ServeModelOptions } from './ServeModelOptions.js';

/** The options of a server with their defaults, and the checks that each request passes. */
export type ServeSettings = ReturnType<typeof serveSettings>;

/**
 * Completes and checks the options of `serveModel`.
 *
 * @throws HeadwaterError `HW_USAGE` if an option is invalid
 */
export const serveSettings = (options: ServeModelOptions) => {
  const {
    host = '127.0.0.1',
    port = 8080,
    token,
    batchSize = 256,
    maxWaitMs = 2,
    history: events = 1000,
    heartbeatMs = 4000,
    warmUpMs = 0,
    drainDelayMs = 0,
    drainMs = 10_000,
    drainIdleMs = 2000,
    drain$: asked$ = NEVER,
  } = options;
  const limits = serverLimits(options.limits ?? {});
  checkTypes('serveModel', options, { host: 'string', token: 'string' });
  checkWhole('serveModel', 'batchSize', batchSize, 1);
  checkWhole('serveModel', 'history', events, 1);
  for (const [name, value] of Object.entries({ maxWaitMs, heartbeatMs, drainMs, drainIdleMs }))
    checkTime('serveModel', name, value);
  for (const [name, value] of Object.entries({ warmUpMs, drainDelayMs })) checkTime('serveModel', name, value, true);
  checkHeartbeat('serveModel', heartbeatMs, limits);
  checkPort('serveModel', port);
  /** The error for an address that other machines can reach, while the server has no token. */
  const exposed = (): HeadwaterError =>
    new HeadwaterError(
      'HW_USAGE',
      `serveModel: other machines can reach ${host}, so the server needs ` +
        'a token. Give one (--token), or listen on 127.0.0.1.',
      { where: host },
    );
  const withOwn = (named: readonly AccessToken[]): readonly AccessToken[] => [
    ...(token === undefined ? [] : [{ name: 'token', token, scopes: SCOPES }]),
    ...named,
  ];
  const tokens = withOwn(options.tokens ?? []);
  const isOpen = tokens.length === 0;
  if (isOpen && !(host === 'localhost' || isLoopback(host))) throw exposed();
  return {
    host,
    port,
    batchSize,
    maxWaitMs,
    events,
    heartbeatMs,
    warmUpMs,
    drainDelayMs,
    drainMs,
    drainIdleMs,
    asked$,
    limits,
    isOpen,
    exposed,
    checkToken: tokenGuard(tokens),
    /** The check with other named tokens. @throws HeadwaterError `HW_USAGE` if they are invalid, or there are none */
    checkTokenOf: (named: readonly AccessToken[]): CheckToken => {
      const others = withOwn(named);
      if (others.length > 0) return tokenGuard(others);
      throw new HeadwaterError('HW_USAGE', 'serveModel: the new list of tokens is empty. Give at least one token.');
    },
    checkHost: hostGuard(host, options.allowHosts ?? []),
    checkOrigin: originGuard(options.allowOrigins ?? []),
  };
};
