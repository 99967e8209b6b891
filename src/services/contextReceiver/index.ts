export * from './contextReceiver';
export * from './httpReceiver';
export * from './signature';
