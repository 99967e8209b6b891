import { z } from 'zod';
import { jsonOf } from '../calls';
import { LlmRefused, LlmUnavailable } from './llm';
import type { Llm, Question } from './llm';
import { openAiCalls, type OpenAiOptions } from './openaiClient';

/**
 * Chat completions. `openaiClient` states the rules of every call; besides only parameters are sent that every model takes: the newer
 * ones refuse `temperature` and `max_tokens`.
 */
const mostBytes = 1_048_576;

const Completion = z.object({
  choices: z
    .array(
      z.object({
        finish_reason: z.string().nullish(),
        message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }),
      }),
    )
    .min(1),
});

/** Makes the client; connects only when asked. */
export const createOpenAi = (options: OpenAiOptions): Llm => {
  const { model } = options;
  const call = openAiCalls(options, {
    mostBytes,
    badRequest: 'check that OPENAI_MODEL sees pictures and answers by a schema',
  });

  const written = (body: unknown): unknown => {
    const [choice] = Completion.safeParse(jsonOf(body)).data?.choices ?? [];
    if (choice === undefined) throw new LlmUnavailable(`${model} sent an answer that is no completion.`);
    const { finish_reason, message } = choice;
    if (finish_reason === 'content_filter' || (message.refusal ?? '') !== '') {
      throw new LlmRefused(`${model} declined to answer.`, 200, 'question');
    }
    if (finish_reason === 'length') {
      throw new LlmUnavailable(`${model} did not come to an end of its answer.`, undefined, 'question');
    }
    const answer = jsonOf(message.content);
    if (answer === undefined) {
      throw new LlmUnavailable(`${model} wrote an answer that is no JSON.`, undefined, 'question');
    }
    return answer;
  };

  return {
    model,
    ask: ({ instructions, picture, answer, mostTokens }: Question, signal) =>
      call(
        (client, within) =>
          client.chat.completions.create(
            {
              model,
              messages: [
                { role: 'system', content: instructions },
                {
                  role: 'user',
                  content: [
                    {
                      type: 'image_url',
                      image_url: { url: `data:${picture.contentType};base64,${picture.bytes.toString('base64')}` },
                    },
                  ],
                },
              ],
              response_format: { type: 'json_schema', json_schema: { ...answer, strict: true } },
              max_completion_tokens: mostTokens,
              // Pictures of people's tables are not kept over there.
              store: false,
            },
            within,
          ),
        written,
        signal,
      ),
  };
};
