import { z } from 'zod';
import { jsonOf } from '../calls';
import { LlmUnavailable, type Embedder } from './llm';
import { openAiCalls, type OpenAiOptions } from './openaiClient';

/**
 * Embeddings. `openaiClient` states the rules of every call.
 *
 * N1  Models that can are asked for short vectors: they are made for it, and a catalogue is a sixth as long.
 * N2  An answer counts where it has one vector for each text, all of one length and of finite numbers; their order is that of `index`,
 *     wherever they stand.
 */
/** A hundred vectors of 3,072 numbers as text are some 7 MB. */
const mostBytes = 16 * 1_048_576;
const shortNumbers = 256;
const mostNumbers = 8_192;
const shortens = (model: string) => model.startsWith('text-embedding-3');

const Answer = z.object({
  data: z.array(z.object({ index: z.int().min(0), embedding: z.array(z.number()).min(1).max(mostNumbers) })),
});

/** Makes the client; connects only when asked. */
export const createOpenAiEmbedder = (options: OpenAiOptions): Embedder => {
  const { model } = options;
  const call = openAiCalls(options, { mostBytes, badRequest: 'check that OPENAI_EMBEDDING_MODEL makes embeddings' });
  const unusable = () => new LlmUnavailable(`${model} sent an answer that is no list of embeddings.`);

  const vectorsOf = (count: number) => (body: unknown) => {
    const found = Answer.safeParse(jsonOf(body)).data?.data ?? [];
    const vectors = new Map(found.map(({ index, embedding }) => [index, embedding]));
    const length = found[0]?.embedding.length;
    return Array.from({ length: count }, (_, at) => {
      const vector = vectors.get(at);
      if (vector === undefined || vector.length !== length || vector.every((n) => n === 0)) throw unusable();
      return vector;
    });
  };

  return {
    method: `openai:${model}${shortens(model) ? `:${shortNumbers}` : ''}`,
    embed: (texts, signal) =>
      call(
        (client, within) =>
          client.embeddings.create(
            {
              model,
              input: [...texts],
              // As the package would ask for another form by itself, which not every server knows.
              encoding_format: 'float',
              ...(shortens(model) && { dimensions: shortNumbers }),
            },
            within,
          ),
        vectorsOf(texts.length),
        signal,
      ),
  };
};
