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

/** A URI without the password it may hold. */
export const redacted = (uri) => uri.replace(/\/\/[^@/]*@/, '//…@');
