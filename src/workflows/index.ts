/** Every workflow of the bundle; the exported name is the workflow type. */
export { analyzePhoto, correctEntry, keepUpload, reapEntries } from './photos';
export { eraseUser } from './erasure';
export { lookUpBarcode } from './foods';
export { contextSync } from './context';
export { replaySyncs } from './contextReplay';
export { embedMeals } from './meals';
export { trainProject, requestTraining, applyTrainingSchedule } from './training';
export { removeProject } from './projects';
