export { barePicture, type Bare } from './bare';
export * from './cost';
export { readExif, type ExifFacts } from './exif';
export * from './header';
export * from './likeness';
export { rasterEdge, type Raster } from './planes';
export { signatureBytes, signatureOf, signatureVersion } from './signature';
export { damaged, PictureUnreadable, type UnreadableReason } from './unreadable';
export * from './vote';
