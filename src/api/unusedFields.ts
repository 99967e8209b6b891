import type { Method } from './route';

/**
 * What clients of other systems send, and Palate works nothing out of. Whatever else their contracts let them send is used. None of it is
 * refused, as the schemas of the addresses name the fields that stand here; the document says of each what becomes of it.
 */
export interface UnusedFields {
  readonly client: 'FoodLog' | 'MacroMind' | 'SmartBite' | 'WhatsTheCraic';
  readonly method: Method;
  readonly path: string;
  /** Of the body or form; none: the whole body. */
  readonly fields: readonly string[];
  /** `kept`: stored, and shown to its owner. */
  readonly what: 'kept' | 'ignored on purpose';
  readonly because: string;
}

const noBody = {
  fields: [],
  what: 'ignored on purpose',
  because: 'The address says it all; a body that comes along is not read.',
} as const;

export const unusedFields: readonly UnusedFields[] = [
  {
    client: 'FoodLog',
    method: 'post',
    path: '/predict',
    fields: ['image'],
    what: 'ignored on purpose',
    because: 'Its page sends the same file as `photo` and as `image`; beside `photo`, `image` is not looked at.',
  },
  {
    client: 'MacroMind',
    method: 'post',
    path: '/api/auth/onboarding',
    fields: [
      'seriousness_score',
      'age_range',
      'disliked_foods',
      'meals_per_day',
      'snacking_frequency',
      'preferred_workout_location',
      'enjoyed_movement_types',
      'current_mental_state',
      'biggest_struggle',
      'sleep_quality',
      'motivation_text',
      'fear_text',
      'plan_strictness',
      'reminder_frequency',
      'motivation_tone',
      'commitment_ready',
      'commitment_score',
    ],
    what: 'kept',
    because: 'Answers of the questionnaire stand in `profile` as they were given.',
  },
  ...(['/api/v1/users/signup', '/api/v1/users/update', '/api/v1/users/additional-data'] as const).map(
    (path) =>
      ({
        client: 'SmartBite',
        method: path === '/api/v1/users/signup' ? 'post' : 'put',
        path,
        fields: ['phone'],
        what: 'kept',
        because: 'Nobody is called, and the ML service is not told.',
      }) as const,
  ),
  { client: 'SmartBite', method: 'post', path: '/api/v1/users/logout', ...noBody },
  { client: 'SmartBite', method: 'post', path: '/api/v1/meals/:mealId/like', ...noBody },
  { client: 'WhatsTheCraic', method: 'get', path: '/health', ...noBody },
  { client: 'WhatsTheCraic', method: 'get', path: '/v1/ml/health', ...noBody },
];

const at = (method: Method, path: string) => unusedFields.filter((row) => row.method === method && row.path === path);

/** For the document of an address; undefined: it uses all that it takes. */
export function unusedNote(method: Method, path: string): string | undefined {
  const notes = at(method, path).map(({ client, fields, what, because }) => {
    const named = fields.length === 0 ? 'a body' : fields.map((field) => `\`${field}\``).join(', ');
    return `Sent by ${client}, and ${what === 'kept' ? 'kept without being used' : what}: ${named}. ${because}`;
  });
  return notes.length === 0 ? undefined : notes.join('\n\n');
}
