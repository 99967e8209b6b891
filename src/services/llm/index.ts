export * from './llm';
export { createOpenAi } from './openai';
export { createOpenAiEmbedder } from './openaiEmbeddings';
export type { OpenAiOptions } from './openaiClient';
