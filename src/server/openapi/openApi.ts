import type { ServerLimits } from '../queue/ServerLimits.js';
import type { Json } from './parts.js';
import { paths } from './paths.js';
import { schemas } from './schemas.js';

/** The version of the HTTP API. It is independent of the package version. */
const API_VERSION = '1.0.0';

/**
 * Describes the server, as OpenAPI 3.1.
 *
 * @param limits the limits in the schemas
 * @param classes the class names in the answers
 * @param token whether a token is required
 * @see the OpenAPI Specification 3.1
 */
export const openApi = (limits: ServerLimits, classes: readonly string[], token: boolean): Json => ({
  openapi: '3.1.0',
  info: {
    title: 'Headwater',
    version: API_VERSION,
    description:
      'Classifies headlines with a trained model: the headlines that clients send, and those that arrive from feeds.',
    license: { name: 'MIT', identifier: 'MIT' },
  },
  servers: [{ url: '.', description: 'Where this document is, so right behind a prefix too.' }],
  security: token ? [{ token: [] }] : [],
  paths: paths(limits, classes),
  components: {
    ...(token ? { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } } : {}),
    schemas: schemas(limits, classes),
  },
});
