/** The order of stopping, and the time each stage has for it. */

/** What stops later stands lower: the application uses Temporal, and Temporal's runs use MongoDB. */
export const STAGE = { mongodb: 0, temporal: 1, application: 2 };
// Together under the 15 s within which a Ctrl-C has stopped everything.
export const GRACE_MS = { mongodb: 3_000, temporal: 2_500, application: 9_000 };
