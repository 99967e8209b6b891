import { DoubleServer } from './doubleServer';
import type { Answer, Fault, Received } from './doubleServer';

/** What it was asked for, as far as tests look at it. */
export interface ChatRequest {
  model: string;
  messages: { role: string; content: string | { type: string; text?: string; image_url?: { url: string } }[] }[];
  response_format?: { type: string; json_schema: { name: string; strict: boolean; schema: Record<string, unknown> } };
  [parameter: string]: unknown;
}

export interface EmbeddingRequest {
  model: string;
  input: string[];
  encoding_format?: string;
  dimensions?: number;
  [parameter: string]: unknown;
}

const embeddingsPath = '/v1/embeddings';
const embeddingNumbers = 1_536;

/** The same text, the same vector; what is in it is of no meaning. */
const vectorOf = (text: string, length: number): number[] => {
  const sum = Array.from(text).reduce((state, letter) => (state * 31 + (letter.codePointAt(0) ?? 0)) % 65_521, 7);
  return Array.from({ length }, (_, at) => Math.sin(sum * (at + 1)));
};

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
 * Speaks `POST /v1/chat/completions` with a picture or a text and a strict schema, and `POST /v1/embeddings`, and refuses what the real one refuses.
 * Says pizza and salad until told otherwise.
 */
export class OpenAiDouble extends DoubleServer {
  static readonly pizzaAndSalad = [
    { label: 'Pizza', grams: 240, confidence: 0.93 },
    { label: 'Green salad', grams: 80, confidence: 0.81 },
  ];
  static readonly model = 'gpt-4o-mini';
  static readonly embeddingModels: readonly string[] = ['text-embedding-3-small', 'text-embedding-ada-002'];

  private choice: Choice = written(seen(OpenAiDouble.pizzaAndSalad));
  private key: string | null = null;
  private readonly models = new Set([OpenAiDouble.model]);
  private notTaken: RegExp | null = null;
  private readonly toText = { reply: (_asked: unknown): string => '{}' };
  private takesSchema = true;

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

  /** Of a text that is JSON the model makes this from now on. */
  replies(reply: (asked: unknown) => string): this {
    this.toText.reply = reply;
    return this;
  }

  /** It refuses whoever asks for an answer by a schema, as servers that do not know it. */
  takesNoSchema(): this {
    this.takesSchema = false;
    return this;
  }

  /** The model declines. */
  declines(refusal = 'I’m sorry, I can’t help with that.'): this {
    this.choice = { finish_reason: 'stop', message: { role: 'assistant', content: null, refusal } };
    return this;
  }

  /** The answer ends as this: early by `length` or `content_filter`, or in the parts that some servers write. */
  ends(finish_reason: string, content: string | readonly Record<string, unknown>[] | null): this {
    this.choice = { finish_reason, message: { role: 'assistant', content, refusal: null } };
    return this;
  }

  /** Refuses every other key with 401. */
  wantsKey(key: string | null): this {
    this.key = key;
    return this;
  }

  /** Refuses embeddings of texts that match, and with them all others of the same request. */
  takesNoText(matching: RegExp | null): this {
    this.notTaken = matching;
    return this;
  }

  override reset(): this {
    super.reset();
    this.takesNoText(null);
    this.takesSchema = true;
    this.replies(() => '{}');
    return this.wantsKey(null).answers(OpenAiDouble.pizzaAndSalad);
  }

  /** What it was asked, oldest first. */
  get asked(): ChatRequest[] {
    return this.received
      .filter(({ path }) => path !== embeddingsPath)
      .map(({ body }) => JSON.parse(body.toString()) as ChatRequest);
  }

  /** What it was asked to embed, oldest first. */
  get askedToEmbed(): EmbeddingRequest[] {
    return this.received
      .filter(({ path }) => path === embeddingsPath)
      .map(({ body }) => JSON.parse(body.toString()) as EmbeddingRequest);
  }

  protected answer({ method, path, headers, body }: Received): Answer {
    const refuse = (status: number, message: string, code: string | null = null) => ({
      status,
      body: JSON.stringify({ error: { message, type: 'invalid_request_error', param: null, code } }),
    });
    if (method !== 'POST' || (path !== '/v1/chat/completions' && path !== embeddingsPath))
      return refuse(404, `Invalid URL (${method} ${path})`);
    const { authorization = '' } = headers;
    if (!authorization.startsWith('Bearer ') || (this.key !== null && authorization !== `Bearer ${this.key}`)) {
      return refuse(401, `Incorrect API key provided: ${authorization}`, 'invalid_api_key');
    }
    if (path === embeddingsPath) return this.embedded(JSON.parse(body.toString()) as EmbeddingRequest, refuse);
    const request = JSON.parse(body.toString()) as ChatRequest;
    if (!this.models.has(request.model)) return refuse(404, 'The model does not exist', 'model_not_found');
    const text = request.messages.find(({ role }) => role === 'user')?.content;
    const parts = request.messages.flatMap(({ content }) => (typeof content === 'string' ? [] : content));
    const pictures = parts.filter(({ image_url }) => /^data:image\/\w+;base64,[\w+/]+=*$/.test(image_url?.url ?? ''));
    if (pictures.length === 0 && typeof text !== 'string')
      return refuse(400, 'You uploaded an unsupported image.', 'invalid_image_format');
    if (request.response_format !== undefined) {
      const { type, json_schema } = request.response_format;
      if (!this.takesSchema) return refuse(400, 'This response_format type is unavailable now');
      if (type !== 'json_schema' || !json_schema.strict || !isStrict(json_schema.schema)) {
        return refuse(400, 'Invalid schema for response_format');
      }
    }
    const created = 1_740_830_400;
    const choice = typeof text === 'string' ? written(this.toText.reply(JSON.parse(text))) : this.choice;
    const choices = [{ index: 0, logprobs: null, ...choice }];
    return {
      status: 200,
      body: JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion', created, model: request.model, choices }),
    };
  }

  private embedded(
    { model, input, encoding_format, dimensions }: EmbeddingRequest,
    refuse: (status: number, message: string, code?: string | null) => Answer,
  ): Answer {
    if (!OpenAiDouble.embeddingModels.includes(model))
      return refuse(404, 'The model does not exist', 'model_not_found');
    if (dimensions !== undefined && !model.startsWith('text-embedding-3'))
      return refuse(400, 'Unsupported: dimensions');
    if (encoding_format !== 'float') return refuse(400, 'This server knows no other encoding');
    if (input.length === 0 || input.length > 2_048 || input.some((text) => text === ''))
      return refuse(400, "'$.input' is invalid");
    if (this.notTaken !== null && input.some((text) => this.notTaken?.test(text)))
      return refuse(400, 'maximum context length', 'context_length_exceeded');
    const data = input.map((text, index) => ({
      object: 'embedding',
      index,
      embedding: vectorOf(text, dimensions ?? embeddingNumbers),
    }));
    // In no order, as only `index` says whose a vector is.
    return { status: 200, body: JSON.stringify({ object: 'list', model, data: data.reverse() }) };
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
