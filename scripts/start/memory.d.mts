export const memoryEnv: Readonly<Record<string, string>>;
