/** Whether MongoDB refused a write because a unique index holds the value already (code 11000). */
export const isDuplicateKey = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 11000;
