import { DoubleServer } from './doubleServer';
import type { Answer, Fault, Received } from './doubleServer';

/** What it was asked for, as far as tests look at it. */
export interface ChatRequest {
  model: string;
  messages: { role: string; content: string | { type: string; text?: string; image_url?: { url: string } }[] }[];
  response_format: { type: string; json_schema: { name: string; strict: boolean; schema: Record<string, unknown> } };
  [parameter: string]: unknown;
}

/** Errors as OpenAI writes them. */
export const openAiError = (status: number, type: string, code: string | null, headers = {}): Fault => ({
  kind: 'status',
  status,
  body: JSON.stringify({ error: { message: `scripted ${type}`, type, param: null, code } }),
  headers: { 'content-type': 'application/json', ...headers },
});

type Choice = Record<string, unknown>;
const seen = (foods: readonly unknown[]): string => JSON.stringify({ is_food: foods.length > 0, foods });
const written = (content: string): Choice => ({
  finish_reason: 'stop',
  message: { role: 'assistant', content, refusal: null },
});

/**
 * Speaks `POST /v1/chat/completions` with a picture and a strict schema, and refuses what the real one refuses. Says pizza and salad until
 * told otherwise.
 */
export class OpenAiDouble extends DoubleServer {
  static readonly pizzaAndSalad = [
    { label: 'Pizza', grams: 240, confidence: 0.93 },
    { label: 'Green salad', grams: 80, confidence: 0.81 },
  ];
  static readonly model = 'gpt-4o-mini';

  private choice: Choice = written(seen(OpenAiDouble.pizzaAndSalad));
  private key: string | null = null;
  private readonly models = new Set([OpenAiDouble.model]);

  /** Address for `OPENAI_BASE_URL`. */
  get baseUrl(): string {
    return `${this.url}/v1`;
  }

  /** It sees these foods from now on, whatever is in the list; none: no food. */
  answers(foods: readonly unknown[]): this {
    return this.writes(seen(foods));
  }

  /** The model writes this from now on. */
  writes(content: string): this {
    this.choice = written(content);
    return this;
  }

  /** The model declines. */
  declines(refusal = 'I’m sorry, I can’t help with that.'): this {
    this.choice = { finish_reason: 'stop', message: { role: 'assistant', content: null, refusal } };
    return this;
  }

  /** The answer ends early: `length` or `content_filter`. */
  ends(finish_reason: string, content: string | null): this {
    this.choice = { finish_reason, message: { role: 'assistant', content, refusal: null } };
    return this;
  }

  /** Refuses every other key with 401. */
  wantsKey(key: string | null): this {
    this.key = key;
    return this;
  }

  override reset(): this {
    super.reset();
    return this.wantsKey(null).answers(OpenAiDouble.pizzaAndSalad);
  }

  /** What it was asked, oldest first. */
  get asked(): ChatRequest[] {
    return this.received.map(({ body }) => JSON.parse(body.toString()) as ChatRequest);
  }

  protected answer({ method, path, headers, body }: Received): Answer {
    const refuse = (status: number, message: string, code: string | null = null) => ({
      status,
      body: JSON.stringify({ error: { message, type: 'invalid_request_error', param: null, code } }),
    });
    if (method !== 'POST' || path !== '/v1/chat/completions') return refuse(404, `Invalid URL (${method} ${path})`);
    const { authorization = '' } = headers;
    if (!authorization.startsWith('Bearer ') || (this.key !== null && authorization !== `Bearer ${this.key}`)) {
      return refuse(401, `Incorrect API key provided: ${authorization}`, 'invalid_api_key');
    }
    const request = JSON.parse(body.toString()) as ChatRequest;
    if (!this.models.has(request.model)) return refuse(404, 'The model does not exist', 'model_not_found');
    const parts = request.messages.flatMap(({ content }) => (typeof content === 'string' ? [] : content));
    const pictures = parts.filter(({ image_url }) => /^data:image\/\w+;base64,[\w+/]+=*$/.test(image_url?.url ?? ''));
    if (pictures.length === 0) return refuse(400, 'You uploaded an unsupported image.', 'invalid_image_format');
    const { type, json_schema } = request.response_format;
    if (type !== 'json_schema' || !json_schema.strict || !isStrict(json_schema.schema)) {
      return refuse(400, 'Invalid schema for response_format');
    }
    const created = 1_740_830_400;
    const choices = [{ index: 0, logprobs: null, ...this.choice }];
    return {
      status: 200,
      body: JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion', created, model: request.model, choices }),
    };
  }
}

/** Every object closed and every key of it required: what the real one demands of a strict schema. */
function isStrict(schema: Record<string, unknown>): boolean {
  if (schema.type === 'array') return isStrict(schema.items as Record<string, unknown>);
  if (schema.type !== 'object') return true;
  const properties = schema.properties as Record<string, Record<string, unknown>>;
  const required = schema.required as string[];
  return (
    schema.additionalProperties === false &&
    Object.keys(properties).every((key) => required.includes(key)) &&
    Object.values(properties).every(isStrict)
  );
}
