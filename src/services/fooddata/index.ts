export * from './fooddata';
export { createFdc, type Fdc, type Product } from './fdc';
export { cached, type FoodCache } from './cached';
