import Contact from "./contact.jsx";

export default function Page() {
  return <main><h1>Contact</h1><Contact /></main>;
}
