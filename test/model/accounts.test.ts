import { Email, MixedPassword, PlainPassword } from '../../src/model/accounts';
import { emptyProfile, TimeZone, type Profile } from '../../src/model/profiles';
import {
  ActivityLevel,
  dietForMacromind,
  goalForMacromind,
  goalForSmartbite,
  MacromindDiet,
  MacromindGoal,
  SmartbiteDiets,
  SmartbiteGoal,
  withMacromindDiet,
} from '../../src/model/vocabularies';

const profile = (part: Partial<Profile>): Profile => ({ ...emptyProfile, ...part });

describe('e-mail addresses', () => {
  it.each([
    [' Ada@Example.COM ', 'ada@example.com'],
    ['o+tag@sub.example.org', 'o+tag@sub.example.org'],
  ])('%p is kept as %p', (given, kept) => expect(Email.parse(given)).toBe(kept));

  it.each([
    '',
    'ada',
    'ada@',
    '@example.com',
    'a b@example.com',
    'ada@example',
    'ada@@example.com',
    `${'a'.repeat(250)}@example.com`,
  ])('%p is refused', (given) => expect(Email.safeParse(given).success).toBe(false));
});

describe('a password that is being chosen', () => {
  it('may be any eight characters where the contract says nothing', () => {
    expect(PlainPassword.safeParse('justlong').success).toBe(true);
    expect(PlainPassword.safeParse('short77').success).toBe(false);
  });

  it('may have 72 bytes, not characters', () => {
    expect(PlainPassword.safeParse('é'.repeat(36)).success).toBe(true);
    expect(PlainPassword.safeParse('é'.repeat(37)).success).toBe(false);
  });

  it.each(['alllower1', 'ALLUPPER1', 'NoDigitHere'])('%p is not mixed enough for MacroMind', (given) =>
    expect(MixedPassword.safeParse(given).success).toBe(false),
  );

  it('counts letters of every alphabet', () => expect(MixedPassword.safeParse('Żółwśpi7').success).toBe(true));
});

describe('time zones', () => {
  it.each(['UTC', 'Europe/Berlin', 'America/Argentina/Buenos_Aires'])('%s is one', (name) =>
    expect(TimeZone.safeParse(name).success).toBe(true),
  );
  it.each(['', '+02:00', 'Europe/Atlantis', 'Mars'])('%p is none', (name) =>
    expect(TimeZone.safeParse(name).success).toBe(false),
  );
});

describe('goals', () => {
  it.each([
    ['lose_weight', 'lose', 'cut'],
    ['fat_loss', 'lose', 'cut'],
    ['gain_muscle', 'gain', 'bulk'],
    ['gain_weight', 'gain', 'bulk'],
    ['muscle_gain', 'gain', 'bulk'],
    ['maintain', 'maintain', 'maintain'],
    ['maintenance', 'maintain', 'maintain'],
  ])('SmartBite %s is %s here, %s at MacroMind, and itself where it was said', (word, goal, macromind) => {
    const said = SmartbiteGoal.parse(word);
    const kept = profile({ goal: said.meaning, goalWord: said.word });
    expect([kept.goal, goalForMacromind(kept), goalForSmartbite(kept)]).toEqual([goal, macromind, word]);
  });

  it.each([
    ['cut', 'lose_weight'],
    ['bulk', 'gain_muscle'],
    ['maintain', 'maintain'],
  ])('MacroMind %s reads %s at SmartBite', (word, smartbite) =>
    expect(goalForSmartbite(profile({ goal: MacromindGoal.parse(word) }))).toBe(smartbite),
  );

  it('shows its own word no longer once another door changed the goal', () =>
    expect(goalForSmartbite(profile({ goal: 'gain', goalWord: 'fat_loss' }))).toBe('gain_muscle'));

  it('refuses what nobody knows, with the list', () => {
    const refused = MacromindGoal.safeParse('constructor');
    expect(refused.error?.issues[0]?.message).toBe('is not known; use one of: cut, bulk, maintain');
    expect(SmartbiteGoal.safeParse('shred').error?.issues[0]?.message).toContain('lose_weight');
  });
});

describe('diets', () => {
  it('are the same however they are spelled', () =>
    expect(SmartbiteDiets.parse(['Gluten-Free', 'gluten free', 'VEGAN'])).toEqual(['gluten_free', 'vegan']));

  it('show at MacroMind as the first it has a word for, preferences before restrictions', () => {
    expect(dietForMacromind(profile({ dietaryPreferences: ['paleo', 'vegan'], dietaryRestrictions: ['halal'] }))).toBe(
      'vegan',
    );
    expect(dietForMacromind(profile({ dietaryPreferences: [], dietaryRestrictions: ['halal'] }))).toBe('halal');
  });

  it('tell "never asked", "none" and "beyond its words" apart', () => {
    expect(dietForMacromind(profile({}))).toBeNull();
    expect(dietForMacromind(profile({ dietaryPreferences: [] }))).toBe('none');
    expect(dietForMacromind(profile({ dietaryPreferences: ['kosher'] }))).toBeNull();
  });

  it('lose nothing that MacroMind cannot see when it writes its one', () => {
    const before = profile({ dietaryPreferences: ['paleo', 'vegan'], dietaryRestrictions: ['gluten_free'] });
    expect(withMacromindDiet(before, 'vegetarian')).toEqual(['vegetarian', 'paleo']);
    expect(withMacromindDiet(before, 'none')).toEqual(['paleo']);
    expect(withMacromindDiet(before, null)).toEqual(['paleo']);
    expect(withMacromindDiet(profile({}), 'none')).toEqual([]);
  });

  it('read back as they were written there', () => {
    for (const word of ['none', 'halal', 'vegan', 'vegetarian', 'keto', 'gluten_free', 'dairy_free']) {
      const written = withMacromindDiet(profile({ dietaryPreferences: ['keto'] }), MacromindDiet.parse(word));
      expect(dietForMacromind(profile({ dietaryPreferences: written }))).toBe(word);
    }
  });

  it('refuse what nobody knows', () => expect(SmartbiteDiets.safeParse(['breatharian']).success).toBe(false));
});

it('activity has five levels, in several spellings', () => {
  expect(['Sedentary', 'lightly active', 'very-active'].map((word) => ActivityLevel.parse(word))).toEqual([
    'sedentary',
    'light',
    'very_active',
  ]);
  expect(ActivityLevel.safeParse('extreme sports').error?.issues[0]?.message).toContain(
    'sedentary, light, moderate, active, very_active',
  );
});
