/** People that may be removed from one project. */
export const maxRemovedUsers = 50_000;
