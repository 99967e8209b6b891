export * from './objectStore';
export { createFileStore } from './fileStore';
export { createS3Store } from './s3Store';
export { download, isFileOf, ObjectDamaged } from './download';
