import { createHmac } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { gzipSync } from 'node:zlib';
import jwt from 'jsonwebtoken';
import { faults } from '../../doubles/doubleServer';
import { HuggingFaceDouble } from '../../doubles/huggingFace';
import { ask, eventually, openPalate, photoForm, signUp, type Answer, type House } from '../palate';
import { picture } from './meals';
import { expectRefusal, kept, raw, type Kept } from './strangers';

/** Requests around photos and meals that no honest client sends: tokens, ids, JSON, headers, addresses. */
const secret = 'a secret that only this test and its server know and nobody else';
const classifier = new HuggingFaceDouble();
let house: House;
let url: string;
let token: string;
let photo: { id: string; image_url: string; revision: number };
let before: Kept;

beforeAll(async () => {
  await classifier.start();
  house = await openPalate('requests', { HF_SPACE_URL: classifier.endpointUrl, JWT_SECRET: secret });
  ({ url } = await house.start());
  ({ token } = await signUp(url));
  const answer = await ask<typeof photo>(url, 'POST', '/predict', { token, form: photoForm(await picture(1)) });
  photo = answer.body;
  before = await kept(house);
}, 60_000);
afterEach(async () => expect(await kept(house)).toEqual(before));
afterAll(async () => {
  await house.close();
  await classifier.stop();
});

describe('tokens', () => {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const pieces = () => token.split('.') as [string, string, string];
  const header = () => JSON.parse(Buffer.from(pieces()[0], 'base64url').toString()) as { kid: string };
  const claims = () => jwt.decode(token) as Record<string, unknown>;
  const signed = (head: object, payload: object, key: string) => {
    const body = `${part(head)}.${part(payload)}`;
    return `${body}.${createHmac('sha256', key).update(body).digest('base64url')}`;
  };
  const forged: Record<string, () => string> = {
    'alg: none': () => `${part({ ...header(), alg: 'none' })}.${pieces()[1]}.`,
    'alg: nOnE': () => `${part({ ...header(), alg: 'nOnE' })}.${pieces()[1]}.`,
    'alg: none with the signature': () => `${part({ ...header(), alg: 'none' })}.${pieces()[1]}.${pieces()[2]}`,
    'another algorithm, rightly signed': () => jwt.sign(claims(), secret, { algorithm: 'HS512', keyid: header().kid }),
    'another secret': () => signed(header(), claims(), 'secret'),
    'an empty secret': () => signed(header(), claims(), ''),
    'another account in the claims': () =>
      [pieces()[0], part({ ...claims(), sub: 'a'.repeat(24), role: 'admin' }), pieces()[2]].join('.'),
    'a key of its own in the header': () => signed({ ...header(), jwk: { kty: 'oct', k: 'AA' } }, claims(), '\0'),
    'a key id that is a path': () => signed({ ...header(), kid: '../../dev/null' }, claims(), ''),
    'a key id that is no text': () => signed({ ...header(), kid: { $ne: '' } }, claims(), secret),
    'no key id': () => jwt.sign(claims(), secret),
    'another issuer': () => jwt.sign({ ...claims(), iss: 'x' }, secret, { keyid: header().kid }),
    'another audience': () => jwt.sign({ ...claims(), aud: 'x' }, secret, { keyid: header().kid }),
    'another type': () => jwt.sign({ ...claims(), typ: 'refresh' }, secret, { keyid: header().kid }),
    'no such session version': () => jwt.sign({ ...claims(), ver: 99 }, secret, { keyid: header().kid }),
    'an account that never was': () => jwt.sign({ ...claims(), sub: 'f'.repeat(24) }, secret, { keyid: header().kid }),
    'a subject that is a query': () => jwt.sign({ ...claims(), sub: '{"$gt":""}' }, secret, { keyid: header().kid }),
    expired: () => jwt.sign({ ...claims(), iat: 1, exp: 2 }, secret, { keyid: header().kid }),
    'no token at all': () => 'x',
    'three dots': () => '...',
    'very long': () => 'x.'.repeat(5_000),
  };
  /** Everywhere a token counts, also where none is needed: a bad one is not the same as none. */
  const everywhere = async (bearer: string): Promise<Answer[]> => [
    await ask(url, 'POST', '/predict', { token: bearer, form: photoForm(await picture(2)) }),
    await ask(url, 'POST', '/upload', { token: bearer, form: photoForm(await picture(2)) }),
    await ask(url, 'POST', '/save_meal', { token: bearer, json: { name: 'x', calories: 1 } }),
    await ask(url, 'GET', `/photos/${photo.id}`, { token: bearer }),
    await ask(url, 'GET', '/history', { token: bearer }),
    await ask(url, 'GET', `/photos/${photo.id}/events`, { token: bearer }),
    await ask(url, 'PATCH', `/history/${photo.id}`, { token: bearer, json: { grams: 1 } }),
    await ask(url, 'DELETE', `/history/${photo.id}`, { token: bearer }),
  ];

  it('the one they are made of is good', async () => {
    const same = jwt.sign(claims(), secret, { keyid: header().kid });
    expect((await ask(url, 'GET', '/history', { token: same })).status).toBe(200);
  });
  it.each(Object.keys(forged))('%s', async (name) => {
    for (const answer of await everywhere(forged[name]!())) {
      expectRefusal(answer, 401, /token/);
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer .*error="invalid_token"/);
    }
  });
  it('one whose time is over', async () => {
    const person = await signUp(url);
    house.time.passedMs += 40 * 60_000;
    const answer = await ask(url, 'GET', '/history', { token: person.token });
    house.time.passedMs -= 40 * 60_000;
    expectRefusal(answer, 401, /expired/);
  });
  it('one of an erased account', async () => {
    const person = await signUp(url);
    expect((await ask(url, 'DELETE', '/api/auth/me', { token: person.token })).status).toBe(202);
    for (const answer of await everywhere(person.token)) expectRefusal(answer, 401, /token/);
    await eventually(async () => isDeepStrictEqual(await kept(house), before));
  });
  it.each(['Basic dTpw', 'Bearer', 'Bearer a b', `bearer\t${'x'.repeat(10)}`, 'Bearer \x00', ''])(
    'an Authorization of %p',
    async (value) => {
      const answer = await raw(url, `GET /history HTTP/1.1\r\nhost: x\r\nauthorization: ${value}\r\n\r\n`);
      expectRefusal(answer, [400, 401]);
    },
  );
});

describe('ids', () => {
  it('someone else’s are not there', async () => {
    const other = await signUp(url);
    for (const [method, target, json] of [
      ['GET', `/photos/${photo.id}`],
      ['GET', `/photos/${photo.id}/events`],
      ['GET', `/history/${photo.id}`],
      ['PATCH', `/history/${photo.id}`, { grams: 1 }],
      ['PATCH', `/history/${photo.id}`, { food: 'an apple' }],
      ['DELETE', `/history/${photo.id}`],
    ] as const) {
      expectRefusal(await ask(url, method, target, { token: other.token, json }), 404, /no such .*yours/);
      if (method === 'GET') expectRefusal(await ask(url, method, target), [401, 404]);
    }
  });
  it.each([
    'x',
    '0',
    '-1',
    'a'.repeat(23),
    'A'.repeat(24),
    `${'a'.repeat(24)}%00`,
    '{"$gt":""}',
    '%F0%9F%8D%95',
    '%ff',
  ])('ids of no shape: %s', async (id) => {
    for (const target of [`/photos/${id}`, `/history/${id}`, `/photos/${id}/events`])
      expectRefusal(await ask(url, 'GET', target, { token }), [400, 404]);
    expectRefusal(await ask(url, 'PATCH', `/history/${id}`, { token, json: { grams: 1 } }), [400, 404]);
    expectRefusal(await ask(url, 'DELETE', `/history/${id}`, { token }), [400, 404]);
  });
});

describe('JSON', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
  const bodies: [name: string, body: string | Buffer, status: number, says: RegExp][] = [
    ['none', '', 400, /missing|empty|object/],
    ['half', '{"name":', 400, /not valid JSON/],
    ['two', '{}{}', 400, /not valid JSON/],
    ['single quotes', "{'name':'x'}", 400, /not valid JSON/],
    ['NaN', '{"name":"x","calories":NaN}', 400, /not valid JSON/],
    ['null', 'null', 400, /object/],
    ['a list', '[]', 400, /object/],
    ['text', '"name"', 400, /object/],
    ['100,000 levels', nested(100_000), 400, /levels/],
    ['33 levels', `{"name":${nested(33)}}`, 400, /levels/],
    ['30,000 keys', `{${Array.from({ length: 30_000 }, (_, i) => `"k${i}":1`).join()}}`, 413, /larger/],
    ['21,000 items', `{"name":[${'1,'.repeat(21_000)}1]}`, 400, /keys and items/],
    ['a prototype', '{"__proto__":{"name":"x","calories":1},"grams":1}', 400, /__proto__/],
    ['a prototype, escaped', '{"\\u005f_proto__":{"calories":1},"grams":1}', 400, /__proto__/],
    ['NUL', '{"name":"a\\u0000b","calories":1,"food":"a\\u0000b"}', 400, /NUL/],
    ['half a surrogate pair', '{"name":"\\ud800","calories":1,"food":"\\ud800"}', 400, /surrogate/],
    ['bytes that are no UTF-8', Buffer.from([...Buffer.from('{"name":"'), 0xc0, 0xaf, 0x22, 0x7d]), 400, /UTF-8/],
    ['300 KB', JSON.stringify({ name: 'x'.repeat(300_000), calories: 1 }), 413, /larger/],
    ['a number without end', '{"name":"x","calories":1e999,"grams":1e999}', 400, /calories|grams/],
    [
      'digits without end',
      `{"name":"x","calories":${'9'.repeat(400)},"grams":${'9'.repeat(400)}}`,
      400,
      /calories|grams/,
    ],
    ['less than nothing', '{"name":"x","calories":-1,"grams":-1}', 400, /at least 0|above 0/],
    ['a query', '{"name":{"$gt":""},"calories":{"$gt":""},"grams":{"$gt":""}}', 400, /name|grams/],
    ['a future meal', '{"name":"x","calories":1,"date":"2999-01-01","consumed_at":"2999-01-01"}', 400, /date|future/],
    ['a day that is not', '{"text":"an egg","date":"2026-02-31","consumed_at":"2026-02-31"}', 400, /date/],
    ['blank words', '{"text":"  ","food":"  "}', 400, /empty/],
    ['too many words', JSON.stringify({ text: 'x'.repeat(2_001), food: 'x'.repeat(2_001) }), 400, /at most/],
  ];
  const sendTo = async (
    method: string,
    target: string,
    body: string | Buffer,
    headers: Record<string, string> = {},
  ) => {
    const response = await fetch(url + target, {
      method,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
      body: typeof body === 'string' ? body : new Uint8Array(body),
    });
    return { status: response.status, headers: response.headers, body: await response.json() };
  };
  const doors = () =>
    [
      ['POST', '/save_meal'],
      ['PATCH', `/history/${photo.id}`],
    ] as const;

  it.each(bodies)('%s', async (_name, body, status, says) => {
    for (const [method, target] of doors()) expectRefusal(await sendTo(method, target, body), status, says);
  });
  it.each([
    ['text/plain', {}],
    ['application/x-www-form-urlencoded', {}],
    ['application/json; charset=utf-16', {}],
    ['text/json', {}],
    ['application/json, text/html', {}],
  ])('a body called %s', async (type) => {
    for (const [method, target] of doors())
      expectRefusal(
        await sendTo(method, target, '{"name":"x","calories":1}', { 'content-type': type }),
        415,
        /application\/json/,
      );
  });
  it('a compressed body, small and exploding', async () => {
    for (const body of ['{"grams":1}', ' '.repeat(50_000_000)])
      for (const [method, target] of doors())
        expectRefusal(
          await sendTo(method, target, gzipSync(body), { 'content-encoding': 'gzip' }),
          415,
          /not compressed/,
        );
  });
  it('changes that say nothing, too much, or what is not known', async () => {
    for (const [json, says] of [
      [{}, /nothing to change/],
      [{ grams: 1, servings: 1 }, /both/],
      [{ grams: 1, state: 'analyzed' }, /not known here.*state/],
      [{ grams: 1, ownerId: 'f'.repeat(24) }, /not known here.*ownerId/],
      [{ grams: '100' }, /grams: must be a number/],
    ] as const)
      expectRefusal(await ask(url, 'PATCH', `/history/${photo.id}`, { token, json }), 400, says);
  });
  it('a weight for what has no food yet', async () => {
    classifier.next(faults.status(402));
    const unnamed = await ask<{ id: string; status: string }>(url, 'POST', '/predict', {
      token,
      form: photoForm(await picture(4)),
    });
    expect(unnamed.body.status).toBe('needs_label');
    for (const json of [{ grams: 100 }, { servings: 2 }])
      expectRefusal(await ask(url, 'PATCH', `/history/${unnamed.body.id}`, { token, json }), 422, /no food yet.*food/);
    expect((await ask(url, 'DELETE', `/history/${unnamed.body.id}`, { token })).status).toBe(204);
    await eventually(async () => isDeepStrictEqual(await kept(house), before));
  });
  it('words that name no food', async () => {
    for (const text of ['xyzzy plugh', '<script>', '….,;', '🍕'.repeat(300), '1/0'])
      expectRefusal(await ask(url, 'POST', '/save_meal', { token, json: { text } }), 422, /food/);
  });
});

describe('addresses of pictures', () => {
  const parts = () => new URL(photo.image_url);
  const changed = (change: (address: URL) => void) => {
    const address = parts();
    change(address);
    return address.href;
  };

  it('a signature holds for one picture and one time', async () => {
    const { searchParams } = parts();
    const [exp, sig] = [searchParams.get('exp')!, searchParams.get('sig')!];
    const flipped = sig.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'));
    for (const address of [
      changed(({ searchParams: query }) => query.set('sig', flipped)),
      changed(({ searchParams: query }) => query.set('sig', '')),
      changed(({ searchParams: query }) => query.set('exp', String(Number(exp) + 3600))),
      changed((address) => (address.pathname = address.pathname.replace('picture.jpg', 'thumbnail.jpg'))),
      changed((address) => (address.pathname = address.pathname.replace(photo.id, 'a'.repeat(24)))),
    ])
      expectRefusal(await ask(url, 'GET', address), 403, /link/);
    expect((await fetch(photo.image_url)).status).toBe(200);
  });
  it.each([
    'exp=x',
    'exp=1e999',
    'exp=-1',
    'exp=NaN',
    'exp=',
    'exp[$gt]=1',
    'exp=1&exp=2',
    'sig=a&sig=b',
    `sig=${'x'.repeat(100)}`,
    'sig[]=a',
  ])('a query with %s', async (query) => {
    const rest = query.startsWith('exp')
      ? `sig=${parts().searchParams.get('sig')}`
      : `exp=${parts().searchParams.get('exp')}`;
    expectRefusal(await ask(url, 'GET', `${parts().pathname}?${query}&${rest}`), [400, 403]);
  });
  it('a link is over when it says so', async () => {
    house.time.passedMs += 8 * 3600_000;
    const answer = await ask(url, 'GET', photo.image_url);
    house.time.passedMs -= 8 * 3600_000;
    expectRefusal(answer, 403, /expired/);
  });
  it.each([
    '/pictures/../../etc/passwd',
    '/pictures/..%2f..%2fetc/passwd',
    `/pictures/${'a'.repeat(24)}/..%2f..%2f..%2fsecrets`,
    `/pictures/${'a'.repeat(24)}/....//picture.jpg`,
    `/pictures/${'a'.repeat(24)}/original`,
    `/pictures/${'a'.repeat(24)}/picture.jpg%00.png`,
    `/pictures/${'a'.repeat(24)}\\..\\picture.jpg`,
    '/pictures//etc/passwd',
    '/%2e%2e/%2e%2e/etc/passwd',
    `/pictures/%c0%ae%c0%ae/picture.jpg`,
  ])('%s', async (target) => {
    const query = parts().search;
    expectRefusal(await raw(url, `GET ${target}${query} HTTP/1.1\r\nhost: x\r\n\r\n`), [400, 404]);
  });
});

describe('headers', () => {
  it.each([
    'bytes=0-0',
    `bytes=${'0-0,'.repeat(1_000)}0-0`,
    'bytes=-1',
    'bytes=9-1',
    'x',
    'bytes=0-99999999999999999999',
  ])('a Range of %.30s gets the whole picture', async (range) => {
    const response = await fetch(photo.image_url, { headers: { range } });
    expect(response.status).toBe(200);
    expect((await response.arrayBuffer()).byteLength).toBe(Number(response.headers.get('content-length')));
  });
  it.each(['image/png', 'text/html', 'application/xml;q=1', '*/*;q=0'])(
    'an Accept of %s is answered with what there is',
    async (accept) => {
      expectRefusal(await ask(url, 'GET', '/history', { token, headers: { accept } }), 406, /application\/json/);
      expectRefusal(
        await ask(url, 'POST', '/predict', { token, headers: { accept }, form: photoForm(await picture(3)) }),
        406,
      );
    },
  );
  it.each([',,,;;;=', 'a/b;q=x, */*', `${'x/y,'.repeat(1_500)}*/*`])(
    'an Accept of %.20s is read as far as it goes',
    async (accept) => {
      expect([200, 406]).toContain((await ask(url, 'GET', '/history', { token, headers: { accept } })).status);
    },
  );
  it('more headers than fit', async () => {
    expectRefusal(
      await ask(url, 'GET', '/history', { token, headers: { accept: 'x/y,'.repeat(8_000) } }),
      431,
      /headers/,
    );
  });
  it.each(['-1', 'NaN', '1e3', '0x1', '9'.repeat(400), '{"$gt":0}', '%00', 'é'])(
    'a Last-Event-ID of %.20s is as none',
    async (id) => {
      const stop = new AbortController();
      const response = await fetch(`${url}/photos/${photo.id}/events`, {
        headers: { authorization: `Bearer ${token}`, 'last-event-id': id },
        signal: stop.signal,
      });
      expect(response.status).toBe(200);
      let heard = '';
      for await (const chunk of response.body!) {
        heard += Buffer.from(chunk).toString();
        if (heard.includes('event: photo')) break;
      }
      stop.abort();
      expect(heard).toContain(`id: ${photo.revision}\n`);
    },
  );
  it('a request id that is no id is not repeated', async () => {
    const answer = await raw(url, `GET /nowhere HTTP/1.1\r\nhost: x\r\nx-request-id: a"<b>\r\n\r\n`);
    expectRefusal(answer, 404, /nothing at \/nowhere/);
    expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });
  it.each([
    ['no host', 'GET / HTTP/1.1\r\n\r\n'],
    ['two lengths', 'POST /save_meal HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nxx'],
    [
      'a length and chunks',
      'POST /save_meal HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a length below nothing', 'POST /save_meal HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n'],
    ['a method that is none', 'BREW / HTTP/1.1\r\nhost: x\r\n\r\n'],
    ['a line that is none', '\0\x01\x02\r\n\r\n'],
    ['a header over two lines', 'GET / HTTP/1.1\r\nhost: x\r\nx: a\r\n b\0\r\n\r\n'],
  ])('%s', async (_name, request) => {
    expectRefusal(await raw(url, request), 400, /HTTP/);
  });
});
