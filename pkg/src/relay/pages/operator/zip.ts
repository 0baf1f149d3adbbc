// What the library of spreadsheets asks of fflate, without its workers: the console's policy lets no script begin another one.
import { strToU8, zipSync } from "fflate/browser";

type Zip = (
  files: Parameters<typeof zipSync>[0],
  done: (error: null, zipped: Uint8Array) => void,
) => void;

export const zip: Zip = (files, done) => done(null, zipSync(files));
export { strToU8, zipSync };
