import { auditsCollection, type AuditStore } from '../store/audit';
import { replayResultsCollection, type ReplayStore } from '../store/context/replays';
import type { Eraser } from './erasure';

/** What support keeps about people: results of replays go; of the audit what could name the person goes, and opaque ids stay. */
export const supportEraser = (store: {
  audit: Pick<AuditStore, 'forget'>;
  contextReplays: Pick<ReplayStore, 'removeOf'>;
}): Eraser => ({
  collections: [auditsCollection, replayResultsCollection],
  objectPrefixes: [],
  workflowIds: [],
  async erase(userId) {
    return { removed: (await store.audit.forget(userId)) + (await store.contextReplays.removeOf(userId)) };
  },
});
