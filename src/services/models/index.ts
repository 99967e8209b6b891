export { createModelCache, type LoadOutcome, type ModelCache } from './cache';
export { createModelCopies } from './copies';
export { ModelDamaged, ModelTooLarge } from './errors';
export { createModelLoader, type LoadedModel } from './loader';
