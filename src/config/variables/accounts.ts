import * as kind from '../kinds';
import { setting } from '../documented';

export const accountsVariables = {
  jwtSecrets: setting(
    kind.list((entry) => entry, 'must be one or more secrets, comma separated'),
    {
      variable: 'JWT_SECRET',
      secret: true,
      example: 'jR4vT0cQm8sY2nLxW6bZ1kHd5fGp9aUe',
      meaning:
        'Signs access tokens. Several, comma separated, for rotation: the first signs, all verify. `npm start` makes and keeps one, except in production, where it has to be given.',
    },
  ),
  jwtAccessMinutes: setting(kind.wholeNumber(1, 1440), {
    variable: 'JWT_ACCESS_MINUTES',
    unit: 'minutes',
    byDefault: '30',
    example: '30',
    meaning: 'Life of an access token at the doors that can refresh (`/api/auth/*`, `/api/v1/users/*`).',
  }),
  jwtExpirationMinutes: setting(kind.wholeNumber(1, 43_200), {
    variable: 'JWT_EXPIRATION_MINUTES',
    unit: 'minutes',
    byDefault: '1440',
    example: '1440',
    meaning: 'Life of an access token at the doors whose clients cannot refresh (`/login`, `/signup`, `/auth/*`).',
  }),
  jwtRefreshDays: setting(kind.wholeNumber(1, 90), {
    variable: 'JWT_REFRESH_DAYS',
    unit: 'days',
    byDefault: '7',
    example: '7',
    meaning: 'Life of a refresh token; each use replaces it.',
  }),
  signupsPerHour: setting(kind.wholeNumber(1, 10_000_000), {
    variable: 'SIGNUPS_PER_HOUR',
    byDefault: '20',
    example: '200',
    meaning: 'Sign-ups in an hour from one address (an IPv6 network of /64 counts as one).',
  }),
  palateEncryptionKeys: setting(kind.encryptionKeys(), {
    variable: 'PALATE_ENCRYPTION_KEYS',
    secret: true,
    example: 'q83vEjRWeJCrze8SNFZ4kBEiM0RVZneImaq7zN3u/wA=',
    meaning:
      'Keys for stored secrets: base64 of 32 bytes each, comma separated. The first encrypts, all decrypt; what one encrypted that is taken out (medical notes, for one) cannot be read any more. `npm start` makes and keeps one, except in production, where it has to be given.',
  }),
};
