export * from './cost';
export * from './header';
export * from './likeness';
export { rasterEdge, type Raster } from './planes';
export { signatureBytes, signatureOf, signatureVersion } from './signature';
export { PictureUnreadable, type UnreadableReason } from './unreadable';
export * from './vote';
