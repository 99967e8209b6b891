import { z } from 'zod';

/** Opaque id of a row: 24 lower-case hexadecimal digits, ordered by time of creation. */
export const Id = z.string().regex(/^[0-9a-f]{24}$/, 'is not an id (24 hexadecimal digits)');
export type Id = z.infer<typeof Id>;
