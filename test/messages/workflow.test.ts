import { defineWorkflow } from '../../src/messages/workflow';

const definition = defineWorkflow<{ bookId: string; pages: number }>()({
  name: 'readBook',
  id: (bookId: string, part: number | string) => `book:${bookId}:${part}`,
  queue: 'main',
  feature: 'books',
  summary: 'Reads a part of a book',
});

it('starts under the id of its parts, with its name, queue, feature and summary', () => {
  expect(definition.start(['7', 2], { bookId: '7', pages: 30 })).toEqual({
    workflowId: 'book:7:2',
    workflow: 'readBook',
    args: [{ bookId: '7', pages: 30 }],
    queue: 'main',
    feature: 'books',
    summary: 'Reads a part of a book',
  });
});

it('gives the pattern of its ids for erasers', () => expect(definition.id('*', '*')).toBe('book:*:*'));

it('takes no other arguments and no other parts', () => {
  // @ts-expect-error pages is a number
  definition.start(['7', 2], { bookId: '7', pages: 'many' });
  // @ts-expect-error the part is missing
  definition.start(['7'], { bookId: '7', pages: 1 });
  expect(definition.name).toBe('readBook');
});
