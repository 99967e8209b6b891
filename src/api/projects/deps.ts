import type { JointRuns } from '../../launches/joint';
import type { TrainingDefaults } from '../../launches/training';
import type { Store } from '../../store/store';
import type { ApiDeps } from '../deps';
import type { Paging } from '../paging';

/** What the routes of projects and their trainings stand on. */
export interface ProjectDeps extends Pick<ApiDeps, 'clock' | 'objects' | 'launches' | 'temporal' | 'changes'> {
  readonly store: Store;
  readonly joint: Pick<JointRuns, 'start'>;
  readonly paging: Paging;
  /** What trainings are begun with. */
  readonly training: TrainingDefaults;
  /** Of each file, as it is sent. */
  readonly maxFileBytes: number;
  /** Where files wait while they come in: a folder that `cleanTempDir` made. */
  readonly tempDir: string;
}
