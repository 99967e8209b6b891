export * from './classifier';
export { createHuggingFaceClassifier } from './huggingFace';
export { createOpenAiVision } from './openaiVision';
