import { Readable } from 'node:stream';
import { z } from 'zod';
import { describeProblem, notFound } from '../errors';
import type { OpenApiDocument } from '../openapi';
import { file, json, type FileAnswer, type Route } from '../route';
import { renderDocs } from './page';
import { styleSheet } from './style';

/** The document for programs, and the same for people: plain pages that need no network and no script. */

export const page = (text: string, contentType: string): FileAnswer => {
  const bytes = Buffer.from(text);
  return {
    stream: Readable.from([bytes]),
    contentType: `${contentType}; charset=utf-8`,
    bytes: bytes.length,
    headers: { 'cache-control': 'no-cache' },
  };
};

const ProblemKind = z
  .object({ type: z.string(), title: z.string(), status: z.int(), detail: z.string() })
  .meta({ id: 'ProblemKind' });

export const docsRoutes = (document: () => OpenApiDocument): Route[] => {
  const shared = { access: 'public', limit: 'none', tag: 'Palate' } as const;
  let rendered: string | undefined;
  return [
    json(
      {
        ...shared,
        method: 'get',
        path: '/openapi.json',
        summary: 'This document',
        responses: { 200: z.record(z.string(), z.unknown()) },
      },
      () => ({ ...document() }),
    ),
    file(
      {
        ...shared,
        path: '/docs',
        summary: 'This document as a page',
        responses: { 200: { description: 'The page', contentType: 'text/html' } },
      },
      () => page((rendered ??= renderDocs(document())), 'text/html'),
    ),
    file(
      {
        ...shared,
        path: '/docs/style.css',
        summary: 'Style sheet of the pages',
        responses: { 200: { description: 'The style sheet', contentType: 'text/css' } },
      },
      () => page(styleSheet, 'text/css'),
    ),
    json(
      {
        ...shared,
        method: 'get',
        path: '/problems/:name',
        summary: 'What a kind of problem means',
        description: '`type` of every problem is the address of its entry here.',
        params: z.object({ name: z.string() }),
        responses: { 200: ProblemKind, 404: { description: 'No such kind of problem' } },
      },
      ({ params }) => describeProblem(params.name) ?? notFound('kind of problem'),
    ),
  ];
};
