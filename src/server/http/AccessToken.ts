/**
 * The scopes of a token: see the model, the events and the API description (`read`), classify and explain headlines
 * (`classify`), send labels (`label`), read the metrics (`metrics`), and change the models and feeds (`admin`).
 */
export const SCOPES = ['read', 'classify', 'label', 'metrics', 'admin'] as const;

/** A scope of a token. */
export type Scope = (typeof SCOPES)[number];

/** A token that clients send as `Authorization: Bearer TOKEN`. */
export interface AccessToken {
  /** Its name in the access log. */
  readonly name: string;
  /** At least 16 characters. */
  readonly token: string;
  readonly scopes: readonly Scope[];
}
