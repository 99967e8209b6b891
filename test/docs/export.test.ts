import { readFileSync } from 'node:fs';
import path from 'node:path';
import mongoose from 'mongoose';
import { manifests } from '../../src/palate/features';
import { exportersOf } from '../../src/palate/ownerData';
import { createStore } from '../../src/store/store';

const page = readFileSync(path.join(__dirname, '..', '..', 'docs', 'api', 'accounts.md'), 'utf8');
const connection = mongoose.createConnection();
connection.set('autoIndex', false);
connection.set('autoCreate', false);

test('the page on accounts names every part of the export', () => {
  const paragraph = page.split('\n').find((line) => line.startsWith('`GET /api/auth/export`')) ?? '';
  const parts = Object.keys(exportersOf(manifests, createStore(connection)));
  expect(parts.length).toBeGreaterThan(5);
  expect(parts.filter((part) => !paragraph.includes(`\`${part}\``))).toEqual([]);
});
