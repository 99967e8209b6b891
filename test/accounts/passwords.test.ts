import { createPasswords } from '../../src/api/accounts/passwords';

/** The cheapest bcrypt has, as these tests are about order and rules. */
const rounds = 4;

describe('passwords', () => {
  const passwords = createPasswords({ rounds });

  it('match their own hash only', async () => {
    const hash = await passwords.hash('Tr0ubadour&3');
    await expect(passwords.matches('Tr0ubadour&3', hash)).resolves.toBe(true);
    await expect(passwords.matches('tr0ubadour&3', hash)).resolves.toBe(false);
    await expect(passwords.matches('Tr0ubadour&3', null)).resolves.toBe(false);
  });

  it('of more than 72 bytes never match, though bcrypt would read the same bytes', async () => {
    const hash = await passwords.hash('x'.repeat(72));
    await expect(passwords.matches('x'.repeat(72), hash)).resolves.toBe(true);
    await expect(passwords.matches('x'.repeat(73), hash)).resolves.toBe(false);
    await expect(passwords.hash('x'.repeat(73))).rejects.toThrow();
  });

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
    const hash = await passwords.hash('right one');
    const outcomes = await Promise.allSettled(
      Array.from({ length: 30 }, () => passwords.matches('wrong one', hash, watch)),
    );
    expect(most).toBe(2);
    expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(4);
    expect(failures).toBeGreaterThanOrEqual(3);
  });

  it('refuse to queue without bound', async () => {
    const few = createPasswords({ rounds, atOnce: 1, waitingMax: 2 });
    const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => few.matches('any', null)));
    expect(outcomes.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
    ]);
  });
});
