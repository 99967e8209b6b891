export * from './classifier';
export { createHuggingFaceClassifier } from './huggingFace';
