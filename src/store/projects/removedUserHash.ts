import { createHmac } from 'node:crypto';

/** HMAC-SHA-256 in hexadecimal; blanks around an id do not count. The salt is the project's own, so that one person has another hash in each project. */
export const removedUserHash = (salt: string, userId: string): string =>
  createHmac('sha256', salt).update(userId.trim()).digest('hex');
