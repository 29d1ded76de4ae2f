/** In place of a default: the setting has none, and has to be given. */
export const REQUIRED: any;
