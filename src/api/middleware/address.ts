import type { RequestHandler } from 'express';
import { problem } from '../errors';

const maxUrlChars = 8192;

const decodes = (text: string) => {
  try {
    return !decodeURIComponent(text.replaceAll('+', ' ')).includes('\0');
  } catch {
    return false;
  }
};

/** Refuses addresses that are not UTF-8 or hold a NUL, instead of guessing what they meant. */
export const checkAddress: RequestHandler = (request, _response, next) => {
  if (request.originalUrl.length > maxUrlChars) throw problem('url-too-long');
  if (request.originalUrl.includes('%') && !decodes(request.originalUrl)) throw problem('malformed-url');
  next();
};
