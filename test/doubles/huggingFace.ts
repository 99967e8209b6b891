import { DoubleServer } from './doubleServer';
import type { Answer, Received } from './doubleServer';

export interface Score {
  label: string;
  score: number;
}

/** Speaks Hugging Face's image classification: raw bytes in, `[{label, score}]` out. Says pizza until told otherwise. */
export class HuggingFaceDouble extends DoubleServer {
  static readonly pizza: readonly Score[] = [
    { label: 'pizza', score: 0.953 },
    { label: 'garlic_bread', score: 0.021 },
    { label: 'lasagna', score: 0.009 },
    { label: 'bruschetta', score: 0.004 },
    { label: 'nachos', score: 0.002 },
  ];

  private scores: unknown = HuggingFaceDouble.pizza;
  private choose: ((picture: Buffer) => Score[]) | null = null;
  private token: string | null = null;

  /** Address of the model, for `HF_SPACE_URL`. */
  get endpointUrl(): string {
    return `${this.url}/hf-inference/models/nateraw/food`;
  }

  /** Answers this to every picture from now on; anything that is JSON. */
  answers(scores: unknown): this {
    this.scores = scores;
    this.choose = null;
    return this;
  }

  /** Answers by what is in the picture's bytes. */
  answersBy(choose: (picture: Buffer) => Score[]): this {
    this.choose = choose;
    return this;
  }

  /** Refuses every other token with 401. */
  wantsToken(token: string | null): this {
    this.token = token;
    return this;
  }

  override reset(): this {
    super.reset();
    this.token = null;
    return this.answers(HuggingFaceDouble.pizza);
  }

  /** The pictures it was sent, oldest first. */
  get pictures(): { contentType: string | undefined; token: string | undefined; bytes: Buffer }[] {
    return this.received.map(({ headers, body }) => ({
      contentType: headers['content-type'],
      token: headers.authorization?.replace(/^Bearer /, ''),
      bytes: body,
    }));
  }

  protected answer({ method, headers, body }: Received): Answer {
    if (method !== 'POST') return { status: 405, body: JSON.stringify({ error: 'Method Not Allowed' }) };
    if (this.token !== null && headers.authorization !== `Bearer ${this.token}`) {
      return { status: 401, body: JSON.stringify({ error: 'Invalid credentials in Authorization header' }) };
    }
    if (body.length === 0) return { status: 400, body: JSON.stringify({ error: 'no picture' }) };
    return { status: 200, body: JSON.stringify(this.choose === null ? this.scores : this.choose(body)) };
  }
}
