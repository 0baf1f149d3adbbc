import { fileURLToPath } from "node:url";

/** The path of a file of the package that this command line came with: `fieldpost/form.css`. */
export const packaged = (file: string): string => fileURLToPath(import.meta.resolve(file));
