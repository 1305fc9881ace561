/** The media type in an attribute `type`, in lower case and without its parameters; empty if there is none. */
export const mediaType = (type: string | undefined): string => (type ?? '').split(';', 1)[0]!.trim().toLowerCase();
