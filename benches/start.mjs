// Prints the milliseconds of a contender's import and first lead in this fresh process; a second argument names another task.
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
const { [process.argv[3] ?? "relayLead"]: lead } = await import(file);
lead(values);
console.log(performance.now() - start);
