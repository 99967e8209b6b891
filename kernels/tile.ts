/** Matrices of the blocked algorithms are cut into square tiles, each row by row in one piece: two of them fit the first cache. */
export const tileEdge: i32 = 64;
export const tileRowBytes: i32 = 256;
export const tileBytes: usize = 16384;

/** Where the tile (row, column), row <= column, of a triangle of edge × edge tiles begins: row by row, what is below the diagonal left out. */
export function tileAt(triangle: usize, edge: i32, row: i32, column: i32): usize {
  return triangle + <usize>(row * edge - ((row * (row - 1)) >> 1) + column - row) * tileBytes;
}
