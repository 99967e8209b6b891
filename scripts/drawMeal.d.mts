export function drawMeal(kind: 'pizza' | 'salad' | 'eggs', seed?: number): Promise<Buffer>;
