import { z } from 'zod';
import { describeProblem, notFound } from '../errors';
import type { OpenApiDocument } from '../openapi';
import { file, json, type Route, type SharedAnswer } from '../route';
import { renderDocs } from './page';
import { shared } from './shared';
import { styleSheet } from './style';

/** The document for programs, and the same for people: plain pages that need no network and no script. */

const ProblemKind = z
  .object({ type: z.string(), title: z.string(), status: z.int(), detail: z.string() })
  .meta({ id: 'ProblemKind' });

export const docsRoutes = (document: () => OpenApiDocument): Route[] => {
  const open = { access: 'public', tag: 'palate' } as const;
  // Made when first asked for, as the table is not complete yet.
  let asJson: SharedAnswer | undefined;
  let asPage: SharedAnswer | undefined;
  const style = shared(styleSheet, 'text/css');
  return [
    file(
      {
        ...open,
        path: '/openapi.json',
        summary: 'This document',
        responses: {
          200: {
            description: 'OpenAPI 3.1',
            schema: z.record(z.string(), z.unknown()),
            contentType: 'application/json',
          },
        },
      },
      () => (asJson ??= shared(JSON.stringify(document()), 'application/json')),
    ),
    file(
      {
        ...open,
        path: '/docs',
        summary: 'This document as a page',
        responses: { 200: { description: 'The page', contentType: 'text/html' } },
      },
      () => (asPage ??= shared(renderDocs(document()), 'text/html')),
    ),
    file(
      {
        ...open,
        path: '/docs/style.css',
        summary: 'Style sheet of the pages',
        responses: { 200: { description: 'The style sheet', contentType: 'text/css' } },
      },
      () => style,
    ),
    json(
      {
        ...open,
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
