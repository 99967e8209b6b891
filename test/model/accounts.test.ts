import { Email, MixedPassword, PersonName, PlainPassword, Username } from '../../src/model/accounts';
import { emptyProfile, TimeZone, type Profile } from '../../src/model/profiles';
import {
  ActivityLevel,
  dietForMacromind,
  goalForMacromind,
  goalForContext,
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
    ['lose_weight', 'lose', 'cut', 'fat_loss', 'lose_weight'],
    ['fat_loss', 'lose', 'cut', 'fat_loss', 'lose_weight'],
    ['gain_muscle', 'gain', 'bulk', 'muscle_gain', 'gain_muscle'],
    ['gain_weight', 'gain', 'bulk', 'muscle_gain', 'gain_weight'],
    ['muscle_gain', 'gain', 'bulk', 'muscle_gain', 'gain_muscle'],
    ['maintain', 'maintain', 'maintain', 'maintenance', 'maintain'],
    ['maintenance', 'maintain', 'maintain', 'maintenance', 'maintain'],
  ])(
    'SmartBite %s is %s here, %s at MacroMind, %s in its own app and %s for the ML service',
    (word, goal, macromind, app, context) => {
      const said = SmartbiteGoal.parse(word);
      const kept = profile({ goal: said.meaning, goalWord: said.word });
      expect([kept.goal, goalForMacromind(kept), goalForSmartbite(kept), goalForContext(kept)]).toEqual([
        goal,
        macromind,
        app,
        context,
      ]);
    },
  );

  it.each([
    ['cut', 'fat_loss', 'lose_weight'],
    ['bulk', 'muscle_gain', 'gain_muscle'],
    ['maintain', 'maintenance', 'maintain'],
  ])('MacroMind %s reads %s at SmartBite, and %s for the ML service', (word, smartbite, context) => {
    const kept = profile({ goal: MacromindGoal.parse(word) });
    expect([goalForSmartbite(kept), goalForContext(kept)]).toEqual([smartbite, context]);
  });

  it('says its own word no longer once another door changed the goal', () =>
    expect(goalForContext(profile({ goal: 'gain', goalWord: 'lose_weight' }))).toBe('gain_muscle'));

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

describe('what nobody sees', () => {
  const unseen: [string, string][] = [
    ['a control character', '\u0007'],
    ['an escape', '\u001b[2J'],
    ['a C1 control', '\u009b'],
    ['a turn to the left', '\u202e'],
    ['an isolate', '\u2066'],
    ['a mark of direction', '\u200f'],
    ['a space without width', '\u200b'],
    ['a joiner', '\u200d'],
    ['a soft hyphen', '\u00ad'],
    ['a Hangul filler', '\u3164'],
    ['a variation selector', '\ufe0f'],
    ['a tag', '\u{e0041}'],
    ['a line separator', '\u2028'],
    ['half a character', '\ud800'],
    ['private use', '\ue000'],
  ];
  it.each(unseen)('%s is in no name and no e-mail address', (_what, character) => {
    expect(PersonName.safeParse(`Ada${character}Lovelace`).success).toBe(false);
    expect(Email.safeParse(`ada${character}l@example.com`).success).toBe(false);
    expect(Email.safeParse(`ada@exa${character}mple.com`).success).toBe(false);
    expect(Username.safeParse(`ada${character}l`).success).toBe(false);
  });

  it.each(['José Ñandú', "Seán O'Brien", '李小龙', 'Nguyễn Thị Minh', 'أحمد', 'Zoë 🎉', 'Anne-Marie d’Été'])(
    '%s is a name',
    (name) => expect(PersonName.parse(name)).toBe(name),
  );

  it('is said to whoever sent it', () =>
    expect(PersonName.safeParse('Ada\u202e').error?.issues[0]?.message).toBe(
      'holds a control, direction or invisible character',
    ));
});
