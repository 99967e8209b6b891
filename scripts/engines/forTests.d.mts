export function startTestEngines(options: {
  env: NodeJS.ProcessEnv;
  say: (line: string) => void;
  s3Required: boolean;
  inMemory: boolean;
}): Promise<{ variables: Record<string, string>; stop: () => Promise<void> }>;
