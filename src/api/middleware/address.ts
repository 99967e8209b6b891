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

/** Refuses addresses without a host or with several, that are not UTF-8 or hold a NUL, instead of guessing what they meant. */
export const checkAddress: RequestHandler = (request, _response, next) => {
  if (request.httpVersion === '1.1' && !request.headers.host)
    throw problem('invalid-request', { detail: 'The request is not valid HTTP/1.1: its header Host is missing.' });
  // RFC 9112 §3.2. Node takes the first, and a proxy in front may have taken the last.
  if ((request.headersDistinct.host ?? []).length > 1)
    throw problem('invalid-request', { detail: 'The request has more than one header Host.' });
  // It may go into absolute links.
  if (request.headers.host !== undefined && !/^[\w.:[\]-]+$/.test(request.headers.host))
    throw problem('invalid-request', { detail: 'The header Host does not name a server.' });
  if (request.originalUrl.length > maxUrlChars) throw problem('url-too-long');
  if (request.originalUrl.includes('%') && !decodes(request.originalUrl)) throw problem('malformed-url');
  next();
};
