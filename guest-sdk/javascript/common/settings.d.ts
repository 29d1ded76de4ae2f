/** Instead of a default: the setting is required. */
export const REQUIRED: any;
