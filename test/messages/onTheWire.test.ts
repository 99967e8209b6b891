import { contextWorkflows } from '../../src/messages/context';
import { replayWorkflows } from '../../src/messages/contextReplay';
import { erasureWorkflows } from '../../src/messages/erasure';
import { foodWorkflows } from '../../src/messages/foods';
import { mealWorkflows } from '../../src/messages/meals';
import { photoWorkflows } from '../../src/messages/photos';

/** What histories, launches and schedules that are under way carry: these literals never change. */
it.each([
  ['analyzePhoto', photoWorkflows.analyze, 'photo:7', 'photos', 'Turns a meal photo into nutrition'],
  ['keepUpload', photoWorkflows.keep, 'photo:7', 'photos', 'Keeps an uploaded picture'],
  ['correctEntry', photoWorkflows.correct, 'photo-correct:7:8', 'photos', 'Works a correction into an entry'],
  ['reapEntries', photoWorkflows.reap, 'reap-entries', 'photos', 'Removes expired entries, objects first'],
  ['contextSync', contextWorkflows.sync, 'context-sync:7', 'context', 'Keeps the ML service in step with one account'],
  ['replaySyncs', replayWorkflows.replay, 'replay-syncs:7', 'context', 'Replays failed context syncs'],
  ['eraseUser', erasureWorkflows.erase, 'erase:7', 'erasure', 'Erases everything of one account'],
  ['lookUpBarcode', foodWorkflows.lookUpBarcode, 'barcode:7', 'foods', 'Looks up a product by its bar code'],
  ['embedMeals', mealWorkflows.embed, 'embed-meals', 'meals', 'Embeds meals of the catalogue'],
])('%s', (name, definition, workflowId, feature, summary) => {
  const { id, ...facts } = definition;
  expect(id('7', '8')).toBe(workflowId);
  expect(facts).toMatchObject({ name, queue: 'main', feature, summary });
});
