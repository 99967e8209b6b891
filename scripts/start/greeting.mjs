/** What a person reads when Palate is ready: where it is, and how to try it. */
import path from 'node:path';

export function addresses({ reached, extraPorts, temporal, mongodbUri, home }) {
  const rows = [
    ['API', reached],
    ...(extraPorts ? [['API, too', extraPorts]] : []),
    ['API document', `${reached}/docs`],
    ...(temporal.ui === null ? [] : [['Temporal UI', temporal.ui]]),
    ['MongoDB', redacted(mongodbUri)],
    ['Logs', path.join(home.folder, 'logs')],
  ];
  return rows.map(([what, where]) => `  ${what.padEnd(14)}${where}`);
}

export function firstSteps(reached, picture) {
  const file = /^[\w./-]+$/.test(picture) ? picture : `'"${picture}"'`;
  return [
    'To try it:',
    `  curl ${reached}/health`,
    `  curl -F photo=@${file} -F caption='two slices of cheese pizza and a glass of whole milk' ${reached}/predict`,
  ];
}

/** What the running server advises whoever runs it, as lines; none where it has nothing to say. */
export async function advised(reached) {
  try {
    const { advice } = await (await fetch(`${reached}/`, { signal: AbortSignal.timeout(2_000) })).json();
    return typeof advice === 'string' ? [advice, ''] : [];
  } catch {
    return [];
  }
}

/** A URI without the password it may hold. */
export const redacted = (uri) => uri.replace(/\/\/[^@/]*@/, '//…@');
