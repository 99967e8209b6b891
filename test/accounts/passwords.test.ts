import { HttpProblem } from '../../src/api/errors';
import { createPasswords } from '../../src/api/accounts/passwords';

/** The cheapest bcrypt has, as these tests are about order and rules. */
const rounds = 4;
const here = '198.51.100.1';
const addressOf = (n: number) => `192.0.2.${String(n)}`;

describe('passwords', () => {
  const passwords = createPasswords({ rounds });

  it('match their own hash only', async () => {
    const hash = await passwords.hash('Tr0ubadour&3', here);
    await expect(passwords.matches('Tr0ubadour&3', hash, here)).resolves.toBe(true);
    await expect(passwords.matches('tr0ubadour&3', hash, here)).resolves.toBe(false);
    await expect(passwords.matches('Tr0ubadour&3', null, here)).resolves.toBe(false);
  });

  it('of more than 72 bytes never match, though bcrypt would read the same bytes', async () => {
    const hash = await passwords.hash('x'.repeat(72), here);
    await expect(passwords.matches('x'.repeat(72), hash, here)).resolves.toBe(true);
    await expect(passwords.matches('x'.repeat(73), hash, here)).resolves.toBe(false);
    await expect(passwords.hash('x'.repeat(73), here)).rejects.toThrow();
  });

  it('of accounts that another version of the library hashed still match', async () => {
    const hash = '$2b$04$E8qx8ijrJ7auh4MHvc9SsepzvZ68V2bVVFxo6vlgwlOzvxMH70426';
    await expect(passwords.matches('Tr0ubadour&3 ñ', hash, here)).resolves.toBe(true);
    await expect(passwords.matches('Tr0ubadour&3 n', hash, here)).resolves.toBe(false);
  });

  it.each(['', 'a\0b', '\ud800', 'x'.repeat(1024)])(
    'that nobody could choose (no. %#) are wrong, not a fault',
    async (odd) => {
      await expect(passwords.matches(odd, await passwords.hash('right one', here), here)).resolves.toBe(false);
    },
  );

  it('are looked at two at a time, and each check sees the outcomes of those before', async () => {
    let failures = 0;
    let looking = 0;
    let most = 0;
    const watch = {
      before: () => {
        if (failures >= 3) return Promise.reject(new Error('too many'));
        most = Math.max(most, (looking += 1));
        return Promise.resolve();
      },
      after: () => {
        looking -= 1;
        failures += 1;
        return Promise.resolve();
      },
    };
    const hash = await passwords.hash('right one', here);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 30 }, (_, n) => passwords.matches('wrong one', hash, addressOf(n), watch)),
    );
    expect(most).toBe(2);
    expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(4);
    expect(failures).toBeGreaterThanOrEqual(3);
  });

  it('of one address are refused where two wait already, and keep no other address waiting', async () => {
    const order: string[] = [];
    const few = createPasswords({ rounds, atOnce: 1 });
    const by = async (address: string) => {
      const outcome = await few.matches('any', null, address).catch((error: unknown) => error);
      order.push(outcome instanceof HttpProblem ? `${address} ${outcome.status}` : address);
    };
    await Promise.all(['a', 'a', 'a', 'a', 'a', 'b'].map(by));
    expect(order).toEqual(['a 429', 'a 429', 'a', 'a', 'a', 'b']);
    // Whoever was refused may come back.
    await by('a');
    expect(order.at(-1)).toBe('a');
  });

  it('of an address of which nothing is worked on go before those of one that has a turn', async () => {
    const starts: string[] = [];
    const two = createPasswords({ rounds, atOnce: 2 });
    const by = (address: string) =>
      two.matches('any', null, address, {
        before: () => Promise.resolve(void starts.push(address)),
        after: () => Promise.resolve(),
      });
    await Promise.all(['a', 'a', 'a', 'a', 'b'].map(by));
    expect(starts).toEqual(['a', 'a', 'b', 'a', 'a']);
  });

  it('refuse to queue without bound', async () => {
    const few = createPasswords({ rounds, atOnce: 1, waitingMax: 2 });
    const outcomes = await Promise.allSettled(
      Array.from({ length: 5 }, (_, n) => few.matches('any', null, addressOf(n))),
    );
    expect(outcomes.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
    ]);
  });
});
