/**
 * The numeric kernels of recommending, compiled to WebAssembly (`npm run kernels:build`).
 *
 * K1  Addresses are bytes in one memory that threads share; a kernel allocates nothing and holds nothing between calls.
 * K2  The first argument is scratch of the thread's own, aligned to 64 bytes. It holds anything, but where a kernel says otherwise.
 * K3  The same input gives the same bits: sums have one order, there are no relaxed instructions, and nothing but + − × ÷ and square roots.
 * K4  Every kernel gives a whole number: 0, or what its comment says.
 */
export { factorDiagonal, factorRight, invertColumn, multiplyRow, updateRow } from './blocks';
export { factorGram, solveRows, sumGrams } from './factors';
export { scorePanels } from './scores';
export { easeWeights, gramRow, neighbours } from './sparse';
