import { setCurrentDetails, sleep } from '@temporalio/workflow';
import type { RemoveProject } from '../messages/projects';
import { long } from './proxies';

const { removeProjectParts, removeLateObjects } = long('main');

/** Pauses before it takes away what is left all the same: a training that does not end by then has lost its project. */
const maxPauses = 600;

/**
 * A deleted project is hidden already. Its training is cancelled and waited for, as it would store what it had just found; objects of an attempt that
 * was taken for lost and went on are removed later.
 */
export async function removeProject({ projectId, ownerId, pauseMs, lateMs }: RemoveProject): Promise<void> {
  for (let pauses = 0; ; pauses += 1) {
    const when = pauses < maxPauses ? 'once its training has ended' : 'now';
    if ((await removeProjectParts(projectId, when)) === 'removed') break;
    await sleep(pauseMs);
  }
  setCurrentDetails('Removed. Late objects are looked for once more.');
  await sleep(lateMs);
  await removeLateObjects(ownerId, projectId);
}
