import { z } from 'zod';

/** What SmartBite's answers come in. */
export const enveloped = <S extends z.ZodType>(data: S) =>
  z.object({ success: z.literal(true), data, message: z.string().optional(), error: z.null() });
export const envelope = <T>(data: T, message?: string) => ({
  success: true as const,
  data,
  ...(message === undefined ? {} : { message }),
  error: null,
});
