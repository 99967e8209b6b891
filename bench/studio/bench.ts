import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import mongoose from 'mongoose';
import { createFileStore, type ObjectStore } from '../../src/services/objects';
import { createStore, type Store } from '../../src/store/store';
import { startPalateProcess, type PalateProcess } from '../../test/e2e/palateProcess';
import { startTestEngines } from '../engines';

/** One Palate with its trainer, as `npm start` has them, on engines of their own; and a hand in their stores. */
export interface StudioBench {
  readonly palate: PalateProcess;
  readonly store: Store;
  readonly objects: ObjectStore;
  readonly account: { readonly id: string; readonly token: string };
  /** Another API process, whose uploads are searched for so long. */
  startApi(budgetSeconds: number): Promise<PalateProcess>;
  stop(): Promise<void>;
}

export async function openStudioBench(): Promise<StudioBench> {
  const engines = await startTestEngines();
  const home = await mkdtemp(path.join(os.tmpdir(), 'palate-bench-'));
  const where = { ...engines.addresses('studio-bench'), home };
  const env = {
    NODE_ENV: 'production',
    PUBLIC_URL: 'https://bench.example.com',
    CORS_ORIGINS: '*',
    LOG_LEVEL: 'warn',
    TEMPORAL_TASK_QUEUE: 'studio-bench',
    JWT_SECRET: randomBytes(32).toString('hex'),
    PALATE_ENCRYPTION_KEYS: randomBytes(32).toString('base64'),
  };
  const palate = await startPalateProcess({ ...where, env });
  const trainer = await startPalateProcess({ ...where, role: 'trainer', env });
  const connection = await mongoose.createConnection(where.mongodbUri, { autoIndex: false }).asPromise();
  const response = await fetch(`${palate.url}/api/auth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'bench-studio@example.com', password: 'Correct-horse-1' }),
  });
  const { id, access_token: token } = (await response.json()) as { id: string; access_token: string };
  return {
    palate,
    store: createStore(connection),
    objects: await createFileStore({ directory: path.join(home, 'objects') }),
    account: { id, token },
    startApi: (budgetSeconds) =>
      startPalateProcess({ ...where, role: 'api', env: { ...env, TRAIN_BUDGET_S: String(budgetSeconds) } }),
    async stop() {
      await connection.close();
      await trainer.stop();
      await palate.stop();
      await engines.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}
