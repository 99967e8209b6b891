import { createApp } from '../api/app';
import { createAccounts } from '../api/accounts/accounts';
import { accountRoutes } from '../api/accounts/routes';
import { createCapabilities } from '../api/capabilities';
import { TemporalUnavailable, type HealthCheck } from '../api/deps';
import { erasureRoutes } from '../api/erasure/routes';
import { createPaging } from '../api/paging';
import { exportPhotos } from '../api/photos/export';
import { photoRoutes } from '../api/photos/routes';
import { startServer, type HttpServer } from '../api/server';
import { createChanges } from '../store/changes';
import { createSealer } from '../store/sealed';
import { keysFor, type Base } from './base';
import { classifierModel } from './upstream';

export interface ApiRole {
  readonly url: string;
  stop(): Promise<void>;
}
