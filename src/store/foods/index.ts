import type { Connection } from 'mongoose';
import { createBarcodes } from './barcodes';
import { createImportedFoods } from './imported';
import { createFoodImports } from './imports';
import { createOwnFoods } from './own';

export type { ImportedFoodStore, ReleaseRow } from './imported';
export type { FoodImportStore } from './imports';
export { ownFoodsCollection, type OwnFoodStore } from './own';
export type { BarcodeStore, BrandedFood } from './barcodes';

/**
 * The food base.
 *
 * F1  Rows of imported foods are written under their release and never changed after it counts; a history entry that names key and
 *     release finds the same figures for good.
 * F2  Which releases count is one row, changed in one update: readers see the old release or the new one, never half of one.
 * F3  That row also holds the lease of the import under way, so who has lost the lease cannot publish.
 */
export function createFoodStore(connection: Connection, clock: () => Date = () => new Date()) {
  return {
    imported: createImportedFoods(connection),
    imports: createFoodImports(connection, clock),
    own: createOwnFoods(connection, clock),
    barcodes: createBarcodes(connection, clock),
  };
}
export type FoodStore = ReturnType<typeof createFoodStore>;
