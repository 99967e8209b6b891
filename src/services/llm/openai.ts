import type { ChatCompletionUserMessageParam } from 'openai/resources/chat/completions';
import { z } from 'zod';
import { jsonOf } from '../calls';
import { LlmRefused, LlmUnavailable, SchemaNotTaken } from './llm';
import type { Llm, Question } from './llm';
import { writtenJson } from './writtenJson';
import { openAiCalls, type OpenAiOptions } from './openaiClient';

/**
 * Chat completions. `openaiClient` states the rules of every call; besides only parameters are sent that every model takes: the newer
 * ones refuse `temperature` and `max_tokens`.
 */
const mostBytes = 1_048_576;

/** A text, or as some servers have it its parts; one of another kind (what it thought) is none of the answer. */
const Content = z.union([
  z.string(),
  z
    .array(z.object({ type: z.string(), text: z.string().optional() }))
    .transform((parts) => parts.map(({ type, text = '' }) => (type === 'text' ? text : '')).join('')),
]);
const Completion = z.object({
  choices: z
    .array(
      z.object({
        finish_reason: z.string().nullish(),
        message: z.object({ content: Content.nullish(), refusal: z.string().nullish() }),
      }),
    )
    .min(1),
});

const contentOf = (about: Question['about']): ChatCompletionUserMessageParam['content'] => {
  if ('text' in about) return about.text;
  const { contentType, bytes } = about.picture;
  return [{ type: 'image_url', image_url: { url: `data:${contentType};base64,${bytes.toString('base64')}` } }];
};

/** Makes the client; connects only when asked. */
export const createOpenAi = (options: OpenAiOptions): Llm => {
  const { model } = options;
  const call = openAiCalls(options, {
    mostBytes,
    badRequest: 'check that OPENAI_MODEL answers by a schema, and sees pictures where it is shown one',
  });

  // Not every server that speaks the rest of the protocol knows it.
  let takesSchema = true;

  const written = (body: unknown, wanted: readonly string[]): unknown => {
    const [choice] = Completion.safeParse(jsonOf(body)).data?.choices ?? [];
    if (choice === undefined) throw new LlmUnavailable(`${model} sent an answer that is no completion.`);
    const { finish_reason, message } = choice;
    if (finish_reason === 'content_filter' || (message.refusal ?? '') !== '') {
      throw new LlmRefused(`${model} declined to answer.`, 200, 'question');
    }
    if (finish_reason === 'length') {
      throw new LlmUnavailable(`${model} did not come to an end of its answer.`, undefined, 'question');
    }
    const answer = writtenJson(message.content ?? '', wanted);
    if (answer === undefined) {
      throw new LlmUnavailable(`${model} wrote an answer that is no JSON.`, undefined, 'question');
    }
    return answer;
  };

  return {
    model,
    ask: ({ instructions, about, answer, mostTokens }: Question, signal) =>
      call(
        (client, within) =>
          client.chat.completions.create(
            {
              model,
              messages: [
                { role: 'system', content: instructions },
                { role: 'user', content: contentOf(about) },
              ],
              ...(takesSchema && {
                response_format: { type: 'json_schema', json_schema: { ...answer, strict: true } },
              }),
              max_completion_tokens: mostTokens,
              // Pictures of people's tables and words about them are not kept over there.
              store: false,
            },
            within,
          ),
        (body) => written(body, answer.schema.required),
        signal,
      ).catch((error: unknown) => {
        if (error instanceof SchemaNotTaken) takesSchema = false;
        throw error;
      }),
  };
};
