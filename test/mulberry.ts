export { mulberry32 } from '../src/ml/random';
