// Minutes east of UTC. If several zones share a name, the value is that of the zone that feeds most often mean:
// American, European or Indian.
const MINUTES: Readonly<Record<string, number>> = {
  Z: 0,
  UT: 0,
  UTC: 0,
  GMT: 0,
  WET: 0,
  BST: 60,
  WEST: 60,
  CET: 60,
  MET: 60,
  MEZ: 60,
  WAT: 60,
  CEST: 120,
  MEST: 120,
  MESZ: 120,
  EET: 120,
  CAT: 120,
  SAST: 120,
  EEST: 180,
  MSK: 180,
  EAT: 180,
  TRT: 180,
  IDT: 180,
  MSD: 240,
  GST: 240,
  PKT: 300,
  IST: 330,
  NPT: 345,
  ICT: 420,
  WIB: 420,
  HKT: 480,
  SGT: 480,
  PHT: 480,
  AWST: 480,
  JST: 540,
  KST: 540,
  ACST: 570,
  AEST: 600,
  ACDT: 630,
  AEDT: 660,
  NZST: 720,
  NZDT: 780,
  NDT: -150,
  NST: -210,
  ADT: -180,
  ART: -180,
  BRT: -180,
  CLST: -180,
  AST: -240,
  EDT: -240,
  CLT: -240,
  CDT: -300,
  EST: -300,
  COT: -300,
  PET: -300,
  CST: -360,
  MDT: -360,
  MST: -420,
  PDT: -420,
  PST: -480,
  AKDT: -480,
  AKST: -540,
  HST: -600,
};

// Names that cover both winter and summer time; the date decides which of them applies.
const PLACES: Readonly<Record<string, string>> = {
  ET: 'America/New_York',
  CT: 'America/Chicago',
  MT: 'America/Denver',
  PT: 'America/Los_Angeles',
  UK: 'Europe/London',
};

/** How far a place's clocks are ahead of UTC at the local time `shown`, in minutes. */
const offsetAt = (place: string, shown: number): number | undefined => {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', { timeZone: place, timeZoneName: 'longOffset' });
  } catch {
    return undefined;
  }
  const offset = (time: number): number => {
    const name = format.formatToParts(time).find(({ type }) => type === 'timeZoneName')?.value ?? '';
    const [, sign = '+', hours = '0', minutes = '0'] = /GMT([+-])(\d\d):(\d\d)/.exec(name) ?? [];
    return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
  };
  // `shown` is local time, so it differs from UTC by the offset. Subtracting an estimate of the offset gives a time
  // close enough to look the real offset up.
  return offset(shown - offset(shown) * 60_000);
};

/** No zone is further from UTC. Minutes. */
const FURTHEST = 15 * 60;

/**
 * The minutes by which a zone is ahead of UTC: `+02`, `+0200`, `+02:00`, `GMT+2`, `EDT-0400`, `+0200 CEST`, `CEST`,
 * `ET`, `Europe/Berlin`.
 *
 * @param shown the local time of the zone, in milliseconds as if it were UTC
 * @returns 0 for an unknown name, as for a time without a zone; undefined for a text that is not a zone
 */
export const zoneOffset = (zone: string, shown: number): number | undefined => {
  const [, sign, hours, minutes = '0'] =
    /^(?:UTC?|GMT|Z|[A-Z]{3,5}(?=[+\-\u2212]\d{2}:?\d{2}))?\s*([+\-\u2212])(\d{1,2})(?::?(\d{2}))?(?::?\d{1,2}|Z)?(?: (?:[a-z]{2,5}|[+-]\d{2,4})(?: m=.*)?)?$/i.exec(
      zone,
    ) ?? [];
  if (sign !== undefined) {
    const offset = Number(hours) * 60 + Number(minutes);
    return offset > FURTHEST ? undefined : sign === '+' ? offset : -offset;
  }
  if (/^[a-z]+(?:\/[a-z_-]+)+$/i.test(zone)) return offsetAt(zone, shown);
  if (!/^[a-z]{1,5}$/i.test(zone)) return undefined;
  const name = zone.toUpperCase();
  const place = PLACES[name];
  return place === undefined ? (MINUTES[name] ?? 0) : offsetAt(place, shown);
};
