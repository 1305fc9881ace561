import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';

/**
 * A codec of objects with any keys, including `__proto__`. `t.record` assigns to its result and so loses that key.
 */
export const ownRecord = <A>(codec: t.Type<A, unknown>): t.Type<Readonly<Record<string, A>>, unknown> =>
  new t.Type(
    `an object of values that are ${codec.name}`,
    (value): value is Readonly<Record<string, A>> =>
      t.UnknownRecord.is(value) && Object.values(value).every((each) => codec.is(each)),
    (value, context) => {
      if (!t.UnknownRecord.is(value)) return t.failure(value, context);
      const entries: (readonly [string, A])[] = [];
      for (const [key, each] of Object.entries(value)) {
        const decoded = codec.validate(each, t.appendContext(context, key, codec, each));
        if (E.isLeft(decoded)) return decoded;
        entries.push([key, decoded.right]);
      }
      // fromEntries defines properties instead of assigning them.
      return t.success(Object.fromEntries(entries));
    },
    (value) => Object.fromEntries(Object.entries(value).map(([key, each]) => [key, codec.encode(each)])),
  );
