import { DefaultLogger, type LogEntry, type Logger as TemporalLogger } from '@temporalio/worker';
import type { Logger } from 'pino';

/** What an attempt's failure is worth in the log is decided by the interceptor, which knows its type. */
const told = new Set(['Activity failed']);
const levels = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

/** The Temporal SDK's own lines in our log: one format, one redaction. */
export const temporalLog = (log: Logger): TemporalLogger => {
  const lines = log.child({ component: 'temporal' });
  return new DefaultLogger('INFO', ({ level, message, meta }: LogEntry) => {
    const { workflowId, runId, activityType, error } = { ...meta } as Record<string, unknown>;
    lines[told.has(message) ? 'debug' : levels[level]]({ workflowId, runId, activityType, err: error }, message);
  });
};
