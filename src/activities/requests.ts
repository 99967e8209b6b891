import type { IdempotencyStore } from '../store/idempotency';
import type { TicketStore } from '../store/tickets';
import type { Eraser } from './erasure';

/** Stored answers under Idempotency-Keys, and tickets. */
export const requestsEraser = (store: {
  idempotency: Pick<IdempotencyStore, 'removeOf'>;
  tickets: Pick<TicketStore, 'removeOf'>;
}): Eraser => ({
  collections: ['idempotency', 'tickets'],
  objectPrefixes: [],
  workflowIds: [],
  async erase(userId) {
    return { removed: (await store.idempotency.removeOf(userId)) + (await store.tickets.removeOf(userId)) };
  },
});
