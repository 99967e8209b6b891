export * from './fooddata';
export { createFdc } from './fdc';
export { cached, type FoodCache } from './cached';
