import express from 'express';

/** A process of its own: a handler of Express with nothing before it, which answers what its parent gives it. */
let answer: unknown;
const app = express();
app.get('/project/:id/recommendations', (_request, response) => {
  response.json(answer);
});
const server = app.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') process.send?.({ port: address.port });
});
process.on('message', (given: unknown) => {
  answer = given;
  process.send?.('taken');
});
process.on('disconnect', () => process.exit());
