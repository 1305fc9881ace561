/**
 * What a token allows: to see the model, the events and the description (`read`), to have headlines classified and
 * explained (`classify`), to give labels (`label`), to read the metrics (`metrics`), and to change the models and feeds
 * (`admin`).
 */
export const SCOPES = ['read', 'classify', 'label', 'metrics', 'admin'] as const;

/** What a token allows. */
export type Scope = (typeof SCOPES)[number];

/** A token that clients send as `Authorization: Bearer TOKEN`. */
export interface AccessToken {
  /** What it is called in the access log. */
  readonly name: string;
  /** At least 16 characters. */
  readonly token: string;
  readonly scopes: readonly Scope[];
}
