import { freshEmail, goodPassword, newcomer, openHouse, tokensOf, type Answer, type House } from './house';

let house: House;
beforeAll(async () => {
  house = await openHouse();
}, 60_000);
afterAll(() => house.close());

const smartbite = ({ body }: Answer) => body.data as Record<string, Record<string, unknown>>;
const minutesOf = (answer: Answer) => (answer.body.expires_in as number) / 60;

const everyKey = (email: string, name: string | null) => ({
  access_token: expect.any(String) as string,
  refresh_token: expect.any(String) as string,
  token_type: 'bearer',
  expires_in: expect.any(Number) as number,
  token: expect.any(String) as string,
  jwttoken: expect.any(String) as string,
  success: true,
  message: expect.any(String) as string,
  id: expect.stringMatching(/^[0-9a-f]{24}$/) as string,
  user: { id: expect.any(String) as string, email, name, created_at: expect.any(String) as string },
  email,
  name,
  data: {
    user: expect.objectContaining({ email, fullName: name }) as object,
    tokens: { accessToken: expect.any(String) as string, refreshToken: expect.any(String) as string },
    message: expect.any(String) as string,
  },
  error: null,
});

describe('signing up', () => {
  it.each([
    ['/auth/signup', { name: 'Ada' }, 'Ada', 1440, 409],
    ['/signup', { name: 'Ada' }, 'Ada', 1440, 409],
    ['/auth/signup', {}, null, 1440, 409],
    ['/api/auth/register', { full_name: 'Ada', fitness_goal: 'cut', dietary_preference: 'vegan' }, 'Ada', 30, 400],
    ['/api/v1/users/signup', { fullName: 'Ada', username: `ada-${freshEmail().slice(2, 14)}` }, 'Ada', 30, 409],
  ])(
    'at %s with %j answers in every shape, and refuses the same e-mail again',
    async (path, more, name, minutes, duplicate) => {
      const email = freshEmail();
      const first = await house.post(path, { ...more, email: ` ${email.toUpperCase()} `, password: goodPassword });
      expect(first.status).toBe(201);
      expect(first.body).toMatchObject(everyKey(email, name));
      expect(minutesOf(first)).toBe(minutes);

      const again = await house.post(path, { ...more, email, password: goodPassword });
      expect(again.status).toBe(duplicate);
      expect(again.body).toMatchObject({
        success: false,
        status_code: duplicate,
        error: expect.stringContaining('exists') as string,
      });
    },
  );

  it('of two at once with one e-mail gives one account', async () => {
    const email = freshEmail();
    const answers = await Promise.all(
      ['/auth/signup', '/api/v1/users/signup', '/signup', '/auth/signup'].map((path) =>
        house.post(path, { email, password: goodPassword }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
    expect(await house.connection.collection('accounts').countDocuments({ email })).toBe(1);
  });

  it('under one Idempotency-Key answers the same account twice', async () => {
    const body = { email: freshEmail(), password: goodPassword };
    const headers = { 'idempotency-key': `signup-${body.email}` };
    const [one, two] = [
      await house.post('/auth/signup', body, { headers }),
      await house.post('/auth/signup', body, { headers }),
    ];
    expect([one.status, two.status]).toEqual([201, 201]);
    expect(two.body.id).toBe(one.body.id);
    const stored = await house.connection.collection('idempotency').find().toArray();
    expect(JSON.stringify(stored)).not.toContain(body.email);
  });

  it.each([
    ['/auth/signup', { email: 'ada', password: goodPassword }, 'e-mail'],
    ['/auth/signup', { password: goodPassword }, 'email'],
    ['/auth/signup', { email: freshEmail(), password: 'short7' }, '8 characters'],
    ['/auth/signup', { email: freshEmail(), password: 'x'.repeat(73) }, '72 bytes'],
    ['/api/auth/register', { email: freshEmail(), password: 'alllower1' }, 'upper-case'],
    [
      '/api/auth/register',
      { email: freshEmail(), password: goodPassword, fitness_goal: 'shred' },
      'cut, bulk, maintain',
    ],
    [
      '/api/auth/register',
      { email: freshEmail(), password: goodPassword, dietary_preference: 'soup' },
      'none, halal, vegan',
    ],
    [
      '/api/v1/users/signup',
      { email: freshEmail(), password: goodPassword, profile: { goal: 'shred' } },
      'lose_weight',
    ],
    ['/api/v1/users/signup', { email: freshEmail(), password: goodPassword, profile: { age: -1 } }, 'age'],
    ['/auth/signup', { email: { $gt: '' }, password: goodPassword }, 'email'],
  ])('at %s with %j is refused with a sentence', async (path, body, sentence) => {
    const answer = await house.post(path, body);
    expect(answer.status).toBe(400);
    expect(answer.body.detail).toContain(sentence);
    expect(answer.body.error).toBe(answer.body.message);
  });

  it('never keeps or tells the password', async () => {
    const { email, access } = await newcomer(house);
    const row = await house.connection.collection('accounts').findOne({ email });
    expect(row?.passwordHash).toMatch(/^\$2[aby]\$/);
    for (const path of ['/auth/me', '/api/auth/me', '/api/v1/users/me', '/api/auth/export'])
      expect(JSON.stringify((await house.get(path, access)).body)).not.toMatch(/\$2[aby]\$|passwordHash/);
  });

  it('takes a username once, in whatever case', async () => {
    const username = `Ada.${freshEmail().slice(2, 12)}`;
    const body = (name: string) => ({ email: freshEmail(), username: name, password: goodPassword });
    expect((await house.post('/api/v1/users/signup', body(username))).status).toBe(201);
    const second = await house.post('/api/v1/users/signup', body(username.toLowerCase()));
    expect([second.status, second.body.message]).toEqual([409, 'This username is taken; choose another one.']);
    expect(
      (await house.post('/api/v1/users/login', { username: username.toUpperCase(), password: goodPassword })).status,
    ).toBe(200);
  });
});

describe('logging in', () => {
  it.each([
    ['/auth/login', 1440],
    ['/login', 1440],
    ['/api/auth/login', 30],
    ['/api/v1/users/login', 30],
  ])('at %s opens the account of any door', async (path, minutes) => {
    const { email, id } = await newcomer(house);
    const answer = await house.post(path, { email: email.toUpperCase(), password: goodPassword });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ ...everyKey(email, null), id });
    expect(minutesOf(answer)).toBe(minutes);
    expect((await house.get('/api/auth/me', tokensOf(answer).access)).body.id).toBe(id);
  });

  it.each(['/auth/login', '/login', '/api/auth/login', '/api/v1/users/login'])(
    'at %s says the same of a wrong password and an unknown account',
    async (path) => {
      const { email } = await newcomer(house);
      const wrong = await house.post(path, { email, password: 'Not-the-0ne' });
      const unknown = await house.post(path, { email: freshEmail(), password: 'Not-the-0ne' });
      expect([wrong.status, unknown.status]).toEqual([401, 401]);
      const { requestId: _a, ...one } = wrong.body;
      const { requestId: _b, ...other } = unknown.body;
      expect(one).toEqual(other);
    },
  );

  it('is malformed without a password, or without who', async () => {
    expect((await house.post('/login', { email: freshEmail() })).status).toBe(400);
    expect((await house.post('/api/v1/users/login', { password: goodPassword })).status).toBe(400);
  });
});

describe('every route for people', () => {
  const guarded: [string, string][] = [
    ['GET', '/auth/me'],
    ['GET', '/api/auth/me'],
    ['PUT', '/api/auth/profile'],
    ['POST', '/api/auth/onboarding'],
    ['PUT', '/api/auth/password'],
    ['GET', '/api/auth/export'],
    ['POST', '/api/auth/logout'],
    ['DELETE', '/api/auth/me'],
    ['GET', '/api/v1/users/me'],
    ['PUT', '/api/v1/users/update'],
    ['PUT', '/api/v1/users/additional-data'],
    ['POST', '/api/v1/users/logout'],
    ['DELETE', '/api/v1/users/me'],
  ];

  it('is in this list', () => {
    const { paths } = house.document as unknown as {
      paths: Record<string, Record<string, { security?: unknown[]; tags?: string[] }>>;
    };
    const inTable = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods)
        .filter(([, { tags, security }]) => tags?.includes('accounts') && security && security.length > 0)
        .map(([method]) => `${method.toUpperCase()} ${path}`),
    );
    expect(inTable.sort()).toEqual(guarded.map((pair) => pair.join(' ')).sort());
  });

  it.each(guarded)('%s %s is 401 without a token, with a bad one and with an expired one', async (method, path) => {
    const body = method === 'PUT' || path.endsWith('onboarding') ? {} : undefined;
    const { access } = await newcomer(house);
    expect((await house.ask(method, path, { body })).status).toBe(401);
    expect((await house.ask(method, path, { body, token: `${access}x` })).status).toBe(401);
    house.pass(31 * 60_000);
    const expired = await house.ask(method, path, { body, token: access });
    expect([expired.status, expired.body.title]).toEqual([401, 'Token expired']);
  });
});

it('one mailbox is one account, however its address is written', async () => {
  const name = freshEmail().slice(0, 20);
  const wide = `\uff41d\u00e4-${name}@example.com`;
  const plain = `ada\u0308-${name}@example.com`;
  const answer = await house.post('/auth/signup', { email: wide, password: goodPassword });
  expect(answer.status).toBe(201);
  // As it was written.
  expect(answer.body.email).toBe(wide);
  for (const email of [plain, plain.normalize('NFC'), wide.toUpperCase()]) {
    expect((await house.post('/auth/signup', { email, password: goodPassword })).status).toBe(409);
    const back = await house.post('/login', { email, password: goodPassword });
    expect([back.status, back.body.id]).toEqual([200, answer.body.id]);
  }
  expect(
    (await house.post('/auth/signup', { email: `x\uff20${name}@example.com`, password: goodPassword })).status,
  ).toBe(400);
  const atOnce = await Promise.all(
    [`\uff42-${name}@example.com`, `b-${name}@example.com`].map((email) =>
      house.post('/auth/signup', { email, password: goodPassword }),
    ),
  );
  expect(atOnce.map(({ status }) => status).sort()).toEqual([201, 409]);
});

it('the user says when it was last active, to the hour, and nothing else of the account moves', async () => {
  const { access, refresh, id, email } = await newcomer(house);
  const timesOf = ({ body }: Answer) => body.data as Record<'lastActiveAt' | 'createdAt' | 'updatedAt', string>;
  const seen = async () => timesOf(await house.get('/api/v1/users/me', access));
  const first = await seen();
  expect(first.lastActiveAt).toBe(first.createdAt);
  const versions = async () => [
    (await house.store.contextSyncs.find(id))?.version,
    (await house.store.accounts.find(id))?.profileRevision,
    (await seen()).updatedAt,
  ];
  const before = await versions();

  const again = async (token: string) =>
    tokensOf(await house.post('/api/auth/refresh', { refresh_token: token })).refresh;
  const second = await again(refresh);
  house.pass(29 * 60_000);
  const third = await again(second);
  expect((await seen()).lastActiveAt).toBe(first.createdAt);

  house.pass(31 * 60_000 + 1_000);
  const answer = await house.post('/api/v1/users/refresh-token', { refreshToken: third });
  expect(answer.status).toBe(200);
  const { accessToken } = (answer.body as { data: { accessToken: string } }).data;
  const later = timesOf(await house.get('/api/v1/users/me', accessToken));
  expect(Date.parse(later.lastActiveAt) - Date.parse(first.createdAt)).toBeGreaterThanOrEqual(3_600_000);

  house.pass(3_601_000);
  const login = await house.post('/api/v1/users/login', { email, password: goodPassword });
  const shown = (login.body as { data: { user: Record<'lastActiveAt' | 'updatedAt', string> } }).data.user;
  expect(Date.parse(shown.lastActiveAt) - Date.parse(later.lastActiveAt)).toBeGreaterThanOrEqual(3_600_000);
  const [version, revision, updatedAt] = before;
  expect((await house.store.contextSyncs.find(id))?.version).toBe(version);
  expect((await house.store.accounts.find(id))?.profileRevision).toBe(revision);
  expect(shown.updatedAt).toBe(updatedAt);

  // As a row of a version that did not keep it.
  await house.connection
    .collection<{ _id: string }>('accounts')
    .updateOne({ _id: id }, { $unset: { lastActiveAt: 1 } });
  const { access: latest } = tokensOf(await house.post('/api/v1/users/login', { email, password: goodPassword }));
  expect(timesOf(await house.get('/api/v1/users/me', latest)).lastActiveAt).toEqual(expect.any(String));
});

describe('one profile', () => {
  it('that MacroMind wrote reads in SmartBite’s words', async () => {
    const { access } = await newcomer(house);
    const saved = await house.put(
      '/api/auth/profile',
      { fitness_goal: 'bulk', daily_calories: 2600, dietary_preference: 'halal', time_zone: 'Europe/Berlin' },
      access,
    );
    expect(saved.status).toBe(200);
    expect(saved.body.profile).toMatchObject({
      fitness_goal: 'bulk',
      daily_calories: 2600,
      dietary_preference: 'halal',
      time_zone: 'Europe/Berlin',
    });
    expect(smartbite(await house.get('/api/v1/users/me', access)).profile).toMatchObject({
      goal: 'muscle_gain',
      dailyCalories: 2600,
      dietaryPreferences: ['halal'],
      dietaryRestrictions: [],
      timeZone: 'Europe/Berlin',
    });
  });

  it('that SmartBite wrote reads in MacroMind’s words, and merges', async () => {
    const { access } = await newcomer(house);
    await house.put(
      '/api/v1/users/update',
      {
        fullName: 'Ada L.',
        phone: '+44 20 7946 0000',
        profile: {
          age: 36,
          heightCm: 165,
          weightKg: 60,
          gender: 'female',
          activityLevel: 'light',
          goal: 'fat_loss',
          dietaryPreferences: ['vegan'],
          dietaryRestrictions: ['gluten_free'],
          allergies: ['nuts'],
        },
        preferences: { units: 'imperial', budgetTier: 'low', preferredCuisines: ['thai'] },
      },
      access,
    );
    const flat = await house.put('/api/v1/users/additional-data', { weightKg: 61, budgetTier: 'high' }, access);
    expect(flat.body).toMatchObject({ success: true, error: null });
    expect(smartbite(flat)).toMatchObject({
      fullName: 'Ada L.',
      phone: '+44 20 7946 0000',
      profile: {
        age: 36,
        heightCm: 165,
        weightKg: 61,
        gender: 'female',
        activityLevel: 'light',
        goal: 'fat_loss',
        dietaryPreferences: ['vegan'],
        dietaryRestrictions: ['gluten_free'],
        allergies: ['nuts'],
      },
      preferences: { units: 'imperial', budgetTier: 'high', preferredCuisines: ['thai'] },
    });
    expect((await house.get('/api/auth/me', access)).body).toMatchObject({
      full_name: 'Ada L.',
      profile: {
        fitness_goal: 'cut',
        dietary_preference: 'vegan',
        activity_level: 'light',
        current_weight: 134.5,
        height: 65,
        has_completed_onboarding: false,
      },
    });
    expect((await house.get('/auth/me', access)).body).toMatchObject({ user: { name: 'Ada L.' } });
  });

  it('written at two doors at once loses neither', async () => {
    const { access } = await newcomer(house);
    await Promise.all([
      house.put('/api/auth/profile', { daily_calories: 1800 }, access),
      house.put('/api/v1/users/update', { profile: { age: 40 } }, access),
      house.put('/api/auth/profile', { fitness_goal: 'maintain' }, access),
      house.put('/api/v1/users/additional-data', { units: 'metric' }, access),
    ]);
    expect(smartbite(await house.get('/api/v1/users/me', access))).toMatchObject({
      profile: { dailyCalories: 1800, age: 40, goal: 'maintenance' },
      preferences: { units: 'metric' },
    });
  });

  it('raises the version of the context where that changes, and for nothing else', async () => {
    const { access, id } = await newcomer(house);
    const versionOf = async () => (await house.store.contextSyncs.find(id))?.version;
    const update = (body: object) => house.put('/api/v1/users/update', body, access);
    expect((await update({ profile: { age: 40 } })).status).toBe(200);
    expect(await versionOf()).toBe(2);

    // The same once more, what the context does not hold, and the same in another door's words.
    expect((await update({ profile: { age: 40 } })).status).toBe(200);
    expect((await update({ fullName: 'Another name', phone: '+44 20 7946 0001' })).status).toBe(200);
    expect((await house.put('/api/auth/profile', { daily_calories: 1800 }, access)).status).toBe(200);
    expect(smartbite(await house.get('/api/v1/users/me', access))).toMatchObject({
      fullName: 'Another name',
      profile: { dailyCalories: 1800 },
    });
    expect(await versionOf()).toBe(2);

    expect((await update({ fullName: 'A third name', profile: { age: 41 } })).status).toBe(200);
    expect(await versionOf()).toBe(3);
  });

  it('takes a questionnaire of 25 answers and gives each of them back', async () => {
    const { access } = await newcomer(house);
    const answers = {
      main_goal: 'lose_weight',
      seriousness_score: 8,
      current_weight: 180.5,
      goal_weight: '165',
      height: 70,
      age_range: '25-34',
      dietary_preference: 'gluten_free',
      disliked_foods: ['olives', 'liver'],
      meals_per_day: 3,
      snacking_frequency: 'sometimes',
      activity_level: 'moderate',
      preferred_workout_location: 'home',
      enjoyed_movement_types: 'walking, swimming',
      current_mental_state: 'motivated',
      biggest_struggle: 'evenings',
      sleep_quality: 'good',
      motivation_text: 'Play with my children without being out of breath.',
      fear_text: 'Giving up.',
      plan_strictness: 'flexible',
      reminder_frequency: 'daily',
      motivation_tone: 'gentle',
      commitment_ready: true,
      commitment_score: 9,
      daily_calories: null,
      fitness_goal: null,
    };
    expect(Object.keys(answers)).toHaveLength(25);
    const done = await house.post('/api/auth/onboarding', answers, { token: access });
    expect(done.status).toBe(200);
    const me = await house.get('/api/auth/me', access);
    expect(me.body).toEqual(done.body);
    expect(me.body.profile).toMatchObject({
      ...answers,
      goal_weight: 165,
      fitness_goal: 'cut',
      has_completed_onboarding: true,
    });
    expect(smartbite(await house.get('/api/v1/users/me', access)).profile).toMatchObject({
      weightKg: 81.9,
      heightCm: 177.8,
      goal: 'fat_loss',
      activityLevel: 'moderate',
    });
  });

  it.each([
    ['/api/auth/profile', { fitness_goal: 'shred' }, 'cut, bulk, maintain'],
    ['/api/auth/profile', { daily_calories: 50 }, '500'],
    ['/api/auth/profile', { time_zone: 'Mars/Olympus' }, 'IANA'],
    ['/api/v1/users/update', { profile: { activityLevel: 'hyper' } }, 'sedentary, light, moderate'],
    ['/api/v1/users/additional-data', { dietaryPreferences: ['air'] }, 'vegetarian, vegan'],
    ['/api/v1/users/update', { preferences: { budgetTier: 'huge' } }, 'budgetTier'],
  ])('%s with %j is refused with what is allowed, and nothing is written', async (path, body, sentence) => {
    const { access } = await newcomer(house);
    const before = await house.get('/api/auth/me', access);
    const refused = await house.put(path, body, access);
    expect([refused.status, refused.body.detail]).toEqual([400, expect.stringContaining(sentence)]);
    expect((await house.get('/api/auth/me', access)).body).toEqual(before.body);
  });
});

it('the export holds the account in full and what features add, and no secret', async () => {
  const exporting = await openHouse({
    beside: house,
    exporters: {
      entries: async function* (ownerId) {
        yield { owner: ownerId, food: 'soup' };
        yield await Promise.resolve({ food: 'pie' });
      },
    },
  });
  const { access, id, email } = await newcomer(exporting);
  const answer = await exporting.get('/api/auth/export', access);
  expect(answer.headers.get('content-disposition')).toContain('attachment');
  expect(answer.body).toMatchObject({
    account: { id, email, profile: { timeZone: 'UTC' } },
    sessions: [{ expiresAt: expect.any(String) as string }],
    entries: [{ owner: id, food: 'soup' }, { food: 'pie' }],
  });
  expect(JSON.stringify(answer.body)).not.toMatch(/hash/i);
  await exporting.close();
});
