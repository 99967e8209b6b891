import { sleep } from '@temporalio/workflow';
import type { RemoveProject } from '../messages/projects';
import { long } from './proxies';

const { removeProjectParts } = long('main');

/** Pauses before it takes away what is left all the same: a training that does not end by then has lost its project. */
const maxPauses = 600;

/** A deleted project is hidden already. Its training is cancelled and waited for, as it would store what it had just found. */
export async function removeProject({ projectId, pauseMs }: RemoveProject): Promise<void> {
  for (let pauses = 0; pauses < maxPauses; pauses += 1) {
    if ((await removeProjectParts(projectId, 'once its training has ended')) === 'removed') return;
    await sleep(pauseMs);
  }
  await removeProjectParts(projectId, 'now');
}
