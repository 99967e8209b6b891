export * from './contextReceiver';
export * from './httpReceiver';
