// Prints the milliseconds of a contender's import and first lead in this fresh process.
import { pathToFileURL } from "node:url";

const values = {
  firstName: "Ann",
  lastName: "Lee",
  email: "ann@example.com",
  phone: "(212) 234-5678",
  company: "Acme",
  labels: ["solar"],
  notes: "",
};
const file = pathToFileURL(process.argv[2]).href;
const start = performance.now();
const { relayLead } = await import(file);
relayLead(values);
console.log(performance.now() - start);
