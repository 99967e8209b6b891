export * from './fault';
export * from './http';
