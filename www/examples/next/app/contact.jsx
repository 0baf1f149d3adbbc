"use client";

import { useFieldpost } from "fieldpost/react";

// Rendered on the server, too: the form is there, and submits, before any script has come.
export default function Contact() {
  const { ref } = useFieldpost();
  return (
    <form ref={ref} action="http://127.0.0.1:8789/leads/contact" method="post">
      <p><label>First name <input name="firstName" autoComplete="given-name" required /></label></p>
      <p><label>Last name <input name="lastName" autoComplete="family-name" required /></label></p>
      <p><label>E-mail <input name="email" type="email" autoComplete="email" required /></label></p>
      <p><label>Phone <input name="phone" type="tel" autoComplete="tel" /></label></p>
      <p><label><input type="checkbox" name="consent" value="yes" required /> You may answer me about this.</label></p>
      <p><button>Send</button></p>
    </form>
  );
}
