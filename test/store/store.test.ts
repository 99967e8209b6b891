import mongoose, { Schema } from 'mongoose';
import { createStore } from '../../src/store/store';

const unconnected = () => {
  const connection = mongoose.createConnection();
  connection.set('autoIndex', false);
  connection.set('autoCreate', false);
  return connection;
};

it('refuses two stores on one collection, by the names of both models', () => {
  const connection = unconnected();
  connection.model('Weighing', new Schema({}, { collection: 'tickets' }));
  expect(() => createStore(connection)).toThrow(
    'Two stores keep rows in the collection tickets: the models Weighing and Ticket.',
  );
});

it('is made twice on one connection, as operators’ commands do beside a start', () => {
  const connection = unconnected();
  createStore(connection);
  expect(() => createStore(connection)).not.toThrow();
});
