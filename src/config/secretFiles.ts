import type { Finding } from './rules';

/**
 * Secrets from files, as containers are given them: `JWT_SECRET_FILE=/run/secrets/jwt_secret` stands for `JWT_SECRET` with what the file
 * holds, but for the line's end. The environment of a process is shown by many tools, a file to its readers only.
 */
type Environment = Readonly<Record<string, string | undefined>>;

/** The text of a file; throws as node does. */
export type ReadFile = (path: string) => string;

export const fileVariable = (variable: string): string => `${variable}_FILE`;
export const exampleFile = (variable: string): string => `/run/secrets/${variable.toLowerCase()}`;

/** `findings`, by the secret that is missing for it, say why a file cannot be used; never what is in it. */
export const readSecretFiles = (
  given: Environment,
  secrets: readonly string[],
  readFile: ReadFile,
): { env: Environment; findings: Map<string, Finding> } => {
  const env: Record<string, string | undefined> = { ...given };
  const findings = new Map<string, Finding>();
  const isSet = (name: string) => (given[name] ?? '').trim() !== '';
  for (const secret of secrets) {
    const variable = fileVariable(secret);
    if (!isSet(variable)) continue;
    const report = (problem: string) => findings.set(secret, { variable, problem });
    if (isSet(secret)) {
      report(`must not be set beside ${secret}`);
      continue;
    }
    try {
      const text = readFile((given[variable] ?? '').trim()).trim();
      if (text === '') report('names a file that is empty');
      env[secret] = text;
    } catch (fault) {
      const code =
        typeof fault === 'object' && fault !== null && 'code' in fault ? String(fault.code) : 'unknown fault';
      report(`names a file that cannot be read (${code})`);
    }
  }
  return { env, findings };
};
