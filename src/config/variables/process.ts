import * as kind from '../kinds';
import { orNull, setting } from '../documented';

export const processVariables = {
  nodeEnv: setting(kind.oneOf(['development', 'test', 'production']), {
    variable: 'NODE_ENV',
    byDefault: 'development',
    example: 'production',
    meaning: 'In `production` weak secrets and a public address without https are refused.',
  }),
  palateRole: setting(kind.oneOf(['all', 'api', 'worker', 'trainer']), {
    variable: 'PALATE_ROLE',
    byDefault: 'all',
    example: 'api',
    meaning: 'What this process does: `api`, `worker`, `trainer`, or `all` (API and worker in one process).',
  }),
  palateHome: setting(kind.text(), {
    variable: 'PALATE_HOME',
    byDefault: '.palate',
    example: '/var/lib/palate',
    meaning: 'Folder of the embedded state: data of the engines, objects, secrets.',
  }),
  logLevel: setting(kind.oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']), {
    variable: 'LOG_LEVEL',
    byDefault: 'info',
    example: 'debug',
    meaning: 'Least severe level that is logged.',
  }),
  metricsPort: setting(kind.wholeNumber(0, 65_535), {
    variable: 'METRICS_PORT',
    byDefault: '9464',
    example: '9464',
    meaning:
      'Port of `/metrics` and `/health/live` of every process; the API also serves both (`METRICS_ON_API`). 0 takes any free port. `npm start` gives the trainer the port after it.',
  }),
  metricsHost: setting(kind.text(), {
    variable: 'METRICS_HOST',
    byDefault: '127.0.0.1',
    example: '0.0.0.0',
    meaning:
      'Address that `METRICS_PORT` listens on. It asks for no key: `0.0.0.0` is for containers whose network is yours alone.',
  }),
  metricsOnApi: setting(orNull(kind.flag()), {
    variable: 'METRICS_ON_API',
    unset: 'true, in production false',
    example: 'false',
    meaning:
      'Whether the API serves `/metrics` to everyone. Where not, it does to callers whose `x-internal-key` is of `NODE_INTERNAL_KEY`, and is 404 to others.',
  }),
};
