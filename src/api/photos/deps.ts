import type { MealReader } from '../../ml/reading';
import type { Launches } from '../../launches/launch';
import type { ObjectStore } from '../../services/objects';
import type { Changes } from '../../store/changes';
import type { Store } from '../../store/store';
import type { PhotoTiming } from '../../messages/photos';
import type { Capabilities } from '../capabilities';
import type { TemporalHandle } from '../deps';
import type { Paging } from '../paging';
import type { FairnessKeyOf } from './fairnessKey';

/** What the photo routes need. */
export interface PhotoDeps {
  readonly store: Pick<
    Store,
    'accounts' | 'foods' | 'idempotency' | 'photos' | 'photoFacts' | 'launches' | 'transaction'
  >;
  readonly objects: ObjectStore;
  readonly launches: Launches;
  readonly temporal: TemporalHandle;
  readonly changes: Changes;
  readonly capabilities: Capabilities;
  readonly paging: Paging;
  readonly mealReader: MealReader;
  readonly clock: () => Date;
  readonly settings: PhotoSettings;
  readonly fairnessKeyOf: FairnessKeyOf;
}

export interface PhotoSettings {
  readonly photoMaxBytes: number;
  /** Folder for uploads on their way in. */
  readonly tempDir: string;
  readonly predictWaitMs: number;
  readonly photoTiming: PhotoTiming;
  readonly hfRejectionStatusCode: number;
  /** Whether the run of a correction may ask FoodData Central, or a language model, what words mean. */
  readonly fdcConfigured: boolean;
  readonly captionModel: boolean;
}
