import { samePlateDistance } from './likeness';

/** A remembered picture near to the one asked about, and what its owner called it. */
export interface Voter {
  label: string;
  distance: number;
  confidence: number;
}

/** Below this nobody speaks. */
export const leastConfidence = 0.5;

/**
 * What a user's own corrections say of a picture, or null where they have nothing to say.
 *
 * Those within `samePlateDistance` vote, each with the square of its confidence, so that one very near outweighs two that are just near.
 * The confidence is that of the winner's nearest, times the winner's share of the votes: neighbours that disagree make it unsure, and
 * below `leastConfidence` it is silent. Labels that differ in case or in space around them are one; of equal ones the first given wins.
 */
export const spokenLabel = <V extends Voter>(
  neighbours: readonly V[],
): { label: string; confidence: number; nearest: V } | null => {
  const byLabel = new Map<string, { votes: number; nearest: V }>();
  let all = 0;
  for (const voter of neighbours) {
    if (voter.distance > samePlateDistance) continue;
    const vote = voter.confidence ** 2;
    const name = voter.label.trim().toLowerCase();
    const known = byLabel.get(name);
    all += vote;
    if (known === undefined) byLabel.set(name, { votes: vote, nearest: voter });
    else {
      known.votes += vote;
      if (voter.distance < known.nearest.distance) known.nearest = voter;
    }
  }
  let winner: { votes: number; nearest: V } | null = null;
  for (const one of byLabel.values()) if (winner === null || one.votes > winner.votes) winner = one;
  if (winner === null) return null;
  const confidence = winner.nearest.confidence * (winner.votes / all);
  return confidence < leastConfidence ? null : { label: winner.nearest.label, confidence, nearest: winner.nearest };
};
