import path from 'node:path';
import type { PhotoDeps } from '../api/photos/deps';
import { createFairnessKeys } from '../api/photos/fairnessKey';
import { keyFor } from './base';
import type { ApiParts } from './feature';

/** What routes need that take pictures in, of whichever feature. */
export const photoDepsOf = (parts: ApiParts): PhotoDeps => ({
  ...parts,
  settings: { ...parts.settings, tempDir: path.join(parts.settings.palateHome, 'incoming') },
  fairnessKeyOf: createFairnessKeys(keyFor(parts.settings, 'fairness keys')),
});
