import { z } from 'zod';
import type { Id } from './ids';
import type { ProjectId } from './projects';

/** Events that apps may want to hear of; a row of the outbox each. */
export const EventType = z.enum(['model_ready', 'model_promoted', 'model_failed']);
export type EventType = z.infer<typeof EventType>;

export interface OutboxEvent {
  id: Id;
  type: EventType;
  ownerId: Id;
  projectId: ProjectId | null;
  /** What it is about, with the number of its move: an event is written once for each. */
  subjectId: string;
  /** Facts that may be sent to an app: nothing of a person. */
  data: Record<string, unknown>;
  at: Date;
}
