import { createAttachedPictures, type AttachedPictures } from '../api/photos/attached';
import type { PhotoDeps } from '../api/photos/deps';
import { createFairnessKeys } from '../api/photos/fairnessKey';
import { keyFor } from './base';
import type { ApiParts } from './feature';

/** What routes need that take pictures in, of whichever feature. */
export const photoDepsOf = (parts: ApiParts): PhotoDeps => ({
  ...parts,
  fairnessKeyOf: createFairnessKeys(keyFor(parts.settings, 'fairness keys')),
});

/** Pictures of other features' rows. */
export const attachedPicturesOf = (parts: ApiParts): AttachedPictures => createAttachedPictures(photoDepsOf(parts));
