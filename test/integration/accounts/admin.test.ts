import { spawn } from 'node:child_process';
import path from 'node:path';
import { freshEmail, goodPassword, newcomer, openHouse, tokensOf, type House } from './house';

const script = path.resolve(__dirname, '../../../scripts/admin.mjs');
let house: House;
beforeAll(async () => {
  house = await openHouse();
}, 60_000);
afterAll(() => house.close());

/** Runs the script as a program; `typed` goes to its standard input. */
function admin(
  args: string[],
  typed = '',
  more: NodeJS.ProcessEnv = {},
): Promise<{ code: number | null; out: string; err: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, ...args], {
      env: { ...process.env, MONGODB_URI: house.shared.uri, PALATE_ADMIN_PASSWORD: '', ...more },
    });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, out, err }));
    child.stdin.end(typed);
  });
}

const login = (email: string) => house.post('/login', { email, password: goodPassword });
const roleOf = async (email: string) =>
  (await house.get('/api/auth/me', tokensOf(await login(email)).access)).body.role;

describe('npm run admin', () => {
  it('creates an account with a role, its password from an argument, the environment or standard input', async () => {
    const [one, two, three] = [freshEmail(), freshEmail(), freshEmail()];
    expect(await admin(['create', '--email', one, '--password', goodPassword, '--role', 'admin'])).toMatchObject({
      code: 0,
    });
    expect(
      await admin(['create', '--email', two, '--role', 'support'], '', { PALATE_ADMIN_PASSWORD: goodPassword }),
    ).toMatchObject({ code: 0 });
    expect(
      await admin(['create', '--email', ` ${three.toUpperCase()}`, '--role', 'user'], `${goodPassword}\n`),
    ).toMatchObject({ code: 0 });
    expect([await roleOf(one), await roleOf(two), await roleOf(three)]).toEqual(['admin', 'support', 'user']);
  }, 180_000);

  it('changes a role, and lists who has one', async () => {
    const email = freshEmail();
    await house.post('/signup', { email, password: goodPassword });
    expect(await admin(['role', '--email', email, '--role', 'support'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('is support now') as string,
    });
    expect(await roleOf(email)).toBe('support');
    const { out } = await admin(['list', '--role', 'support']);
    expect(out).toMatch(new RegExp(`^[0-9a-f]{24}  support  active   \\d{4}-\\d\\d-\\d\\d  ${email}$`, 'm'));
    expect((await admin(['list', '--role', 'admin'])).out).not.toContain(email);
  }, 60_000);

  it('knows an account however its address is written', async () => {
    const email = `\uff41d\u00e4-${freshEmail()}`;
    const other = email.normalize('NFKC');
    await house.post('/signup', { email, password: goodPassword });
    const made = await admin(['create', '--email', other, '--role', 'support', '--password', goodPassword]);
    expect(made.err).toContain(`--email ${other} --role support gives it the role`);
    expect(await admin(['role', '--email', other, '--role', 'support'])).toMatchObject({ code: 0 });
    expect(await roleOf(email)).toBe('support');
  }, 60_000);

  it('finds an account by its mailbox, however the address is written, and records what it changed', async () => {
    const { id, email } = await newcomer(house);
    // Letters of full width.
    const written = email.replace('example', 'ｅｘａｍｐｌｅ');
    for (const role of ['support', 'support', 'user'])
      expect(await admin(['role', '--email', written, '--role', role])).toMatchObject({
        code: 0,
        out: `${id} ${email} is ${role} now; every running server knows within 5 seconds.\n`,
      });
    const audit = await house.store.audit.list({ target: id }, 10, null);
    expect(audit.map(({ action, reason }) => [action, reason])).toEqual([
      ['role.take', 'user (was support)'],
      ['role.give', 'support (was user)'],
    ]);
  }, 180_000);

  it.each<[string[], string]>([
    [[], 'npm run admin -- create'],
    [['destroy'], 'npm run admin -- create'],
    [['create', '--role', 'admin'], '--email is missing'],
    [['create', '--email', 'ada@example.com', '--role', 'king', '--password', goodPassword], '--role'],
    [['create', '--email', 'ada@example.com', '--role', 'user', '--password', 'short'], '8 characters'],
    [['create', '--email', 'ada@example.com', '--role', 'user'], 'The password is missing'],
    [['role', '--email', 'nobody@example.com', '--role', 'user'], 'No account has nobody@example.com'],
    [['list', '--colour'], 'npm run admin'],
  ])(
    '%j is refused in a sentence',
    async (args, said) => {
      const { code, out, err } = await admin(args);
      expect([code, out]).toEqual([1, '']);
      expect(err).toContain(said);
      expect(err).not.toMatch(/\n\s+at /);
    },
    60_000,
  );

  it('says so where the account exists, and where no database answers', async () => {
    const email = freshEmail();
    await house.post('/signup', { email, password: goodPassword });
    expect((await admin(['create', '--email', email, '--role', 'admin', '--password', goodPassword])).err).toContain(
      'exists: npm run admin -- role',
    );
    expect(
      (await admin(['list'], '', { MONGODB_URI: '', PALATE_HOME: path.join(__dirname, 'no-such-home') })).err,
    ).toContain('Palate has never run on');
  }, 60_000);
});
