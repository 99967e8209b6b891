import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Runtime } from '@temporalio/worker';
import { createLog } from './telemetry/log';
import { temporalLog } from './telemetry/temporalLog';
import { parseSettings, SettingsError, type Settings } from './config/settings';
import { CannotStart, startPalate, type Palate } from './palate';

/** A Palate process. The only file that touches `process`: environment, signals and exit codes begin and end here. */
const { version } = JSON.parse(readFileSync(path.join(__dirname, '..', 'package.json'), 'utf8')) as { version: string };

async function main(): Promise<void> {
  const settings = read();
  if (settings.palateRole === 'trainer') yieldToOthers();
  const log = createLog({ level: settings.logLevel, role: settings.palateRole });
  for (const notice of settings.notices) log.warn(notice);

  // The order of stopping is ours: the SDK leaves the signals alone.
  Runtime.install({ logger: temporalLog(log), shutdownSignals: [] });

  let palate: Palate | undefined;
  let leaving: Promise<void> | undefined;
  const leave = (reason: string) => {
    leaving ??= (async () => {
      log.info({ reason }, 'stopping');
      await palate?.stop();
      log.info('stopped');
      process.exit(0);
    })();
  };
  process.on('SIGINT', () => leave('SIGINT'));
  process.on('SIGTERM', () => leave('SIGTERM'));

  try {
    palate = await startPalate({ settings, log, clock: () => new Date(), version });
    const { url, otherUrls } = palate;
    log.info({ url, ...(otherUrls.length > 0 && { otherUrls }) }, 'ready');
  } catch (error) {
    if (leaving) return;
    if (error instanceof CannotStart) fail(error.message);
    throw error;
  }
}

/** The lowest priority: requests on the same machine go first, whoever started the trainer. */
function yieldToOthers(): void {
  os.setPriority(os.constants.priority.PRIORITY_LOW);
}

function read(): Settings {
  try {
    return parseSettings(process.env, (file) => readFileSync(file, 'utf8'));
  } catch (error) {
    if (error instanceof SettingsError) fail(error.message);
    throw error;
  }
}

function fail(sentence: string): never {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

void main();
