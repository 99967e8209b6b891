export * from './llm';
export { createOpenAi } from './openai';
