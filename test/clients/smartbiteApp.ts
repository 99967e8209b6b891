import { byName, openPage, type Page } from './client';
import { firstOf, textOf } from './reading';

/**
 * SmartBite's React app: a page of http://localhost:5173 that includes credentials with every call, keeps its tokens in the browser's
 * storage, reads errors from `message`, gives up after ten seconds, and at any 401 refreshes once and sends the call again.
 */
export type Json = Record<string, unknown>;

/** What a page shows of a failure. */
export class Shown extends Error {
  override name = 'Shown';
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

export interface Call {
  json?: Json;
  form?: FormData;
  headers?: Record<string, string>;
}

interface Envelope {
  success: unknown;
  data: Json;
  message?: unknown;
  error: unknown;
}

export function openSmartbite(url: string, browser?: Page) {
  const page =
    browser ??
    openPage({ origin: 'http://localhost:5173', base: byName(url), credentials: 'include', timeoutMs: 10_000 });
  const storage = new Map<string, string>();
  let signedOut = 0;

  const send = (method: string, path: string, { json, form, headers }: Call = {}) =>
    page.fetch(`/api/v1${path}`, {
      method,
      headers: {
        accept: 'application/json, text/plain, */*',
        ...(json && { 'content-type': 'application/json' }),
        ...(storage.has('accessToken') && { authorization: `Bearer ${storage.get('accessToken')}` }),
        ...headers,
      },
      ...(json && { body: JSON.stringify(json) }),
      ...(form && { body: form }),
    });

  const keep = (tokens: Json) => {
    for (const name of ['accessToken', 'refreshToken']) storage.set(name, textOf(tokens[name], `tokens.${name}`));
  };
  /** `tokens` of the answer, and nothing beside it. */
  const askForTokens = async () => {
    const refreshToken = storage.get('refreshToken');
    const answer = await send('POST', '/users/refresh-token', {
      json: refreshToken === undefined ? {} : { refreshToken },
    });
    return answer.ok ? (answer.json<Envelope>().data.tokens as Json) : null;
  };

  /** `data` of the answer. Throws what the page shows. */
  async function call(method: string, path: string, what: Call = {}): Promise<Json> {
    let answer = await send(method, path, what);
    if (answer.status === 401) {
      const tokens = await askForTokens();
      if (tokens === null) {
        signedOut += 1;
        storage.clear();
      } else {
        keep(tokens);
        answer = await send(method, path, what);
      }
    }
    if (!answer.ok) throw new Shown(textOf(firstOf(answer.json<Json>().message), 'message'), answer.status);
    const { success, data, error } = answer.json<Envelope>();
    if (success !== true || error !== null || typeof data !== 'object')
      throw new TypeError(`no envelope: ${answer.text}`);
    return data;
  }

  return {
    page,
    storage,
    send,
    call,
    signedOut: () => signedOut,
    get: (path: string) => call('GET', path),
    post: (path: string, json?: Json) => call('POST', path, json && { json }),
    put: (path: string, json: Json) => call('PUT', path, { json }),
    remove: (path: string) => call('DELETE', path),

    async signUp(form: Json): Promise<unknown> {
      const data = await call('POST', '/users/signup', { json: form });
      keep(data.tokens as Json);
      return data.user;
    },
    async logIn(email: string, password: string): Promise<unknown> {
      const data = await call('POST', '/users/login', { json: { email, password } });
      keep(data.tokens as Json);
      return data.user;
    },
    async logOut(): Promise<void> {
      await call('POST', '/users/logout', { json: {} });
      storage.clear();
    },
    /** Its settings page: refreshes, says whether that went well, and keeps nothing of it. */
    refreshInSettings: async () => textOf((await askForTokens())?.accessToken, 'tokens.accessToken'),
  };
}
export type SmartbiteApp = ReturnType<typeof openSmartbite>;

let people = 0;
/** The whole form of its sign-up, in its order. */
export const signUpForm = (more: Json = {}): Json => {
  const nth = `${process.pid}x${Date.now().toString(36)}x${(people += 1)}`;
  return {
    fullName: 'Ada Lovelace',
    username: `ada_${nth}`,
    email: `ada-${nth}@example.com`,
    phone: '+49 30 123456',
    password: 'Correct-horse-1',
    profile: {
      age: 36,
      heightCm: 168,
      weightKg: 61.5,
      gender: 'female',
      activityLevel: 'moderate',
      goal: 'fat_loss',
      dietaryPreferences: ['vegetarian'],
      dietaryRestrictions: ['gluten_free'],
      allergies: ['nuts'],
    },
    preferences: { units: 'metric', budgetTier: 'medium', preferredCuisines: ['italian', 'indian'] },
    ...more,
  };
};
