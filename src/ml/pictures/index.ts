export * from './header';
export { PictureUnreadable, type UnreadableReason } from './unreadable';
