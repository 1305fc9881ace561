/** The properties of an object; each may be left out or be undefined. */
export type Optional<Properties> = { readonly [Name in keyof Properties]?: Properties[Name] | undefined };
