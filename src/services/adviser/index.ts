export * from './adviser';
export { createLlmAdviser } from './llmAdviser';
