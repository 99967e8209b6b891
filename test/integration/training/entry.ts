import path from 'node:path';

/** Threads load compiled JavaScript, which every run of these tests builds first. */
export const trainerEntry = path.resolve(__dirname, '../../../dist/worker/threads/trainingThread.js');
