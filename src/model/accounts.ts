import { z } from 'zod';

export const Role = z.enum(['user', 'support', 'admin']);
export type Role = z.infer<typeof Role>;
