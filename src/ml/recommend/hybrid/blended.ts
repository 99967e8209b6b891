import type { Blend } from '../models/model';

/** The score of an item; the three scores are standardised. For a cold item, that nobody chose, content stands in for what users would say of it. */
export const blended = (
  { content, popularity, coldConstant, coldContent }: Blend,
  isKnown: boolean,
  byUsers: number,
  byContent: number,
  byPopularity: number,
): number =>
  isKnown
    ? byUsers + content * byContent + popularity * byPopularity
    : coldConstant + (content + coldContent) * byContent;

/** Where the collaborative model says nothing of a history, as of one of cold items only, known and cold items are judged alike, by content. */
export const blendFor = (blend: Blend, byUsers: Float32Array): Blend =>
  byUsers.some((score) => score !== 0)
    ? blend
    : { ...blend, content: Math.max(1, blend.content), coldConstant: 0, coldContent: 0 };
