import { StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";
import { useFieldpost } from "fieldpost/react";
import "fieldpost/form.css";

function Contact() {
  const { ref, state } = useFieldpost();
  // A controlled field, as React has them; the others are left to the browser.
  const [phone, setPhone] = useState("");
  return (
    <main>
      <h1>Contact</h1>
      <form ref={ref} action="http://127.0.0.1:8789/leads/contact" method="post">
        <p><label>First name <input name="firstName" autoComplete="given-name" required /></label></p>
        <p><label>Last name <input name="lastName" autoComplete="family-name" required /></label></p>
        <p><label>E-mail <input name="email" type="email" autoComplete="email" required /></label></p>
        <p><label>Phone <input name="phone" type="tel" autoComplete="tel" value={phone} onChange={(event) => setPhone(event.target.value)} /></label></p>
        <p><label><input type="checkbox" name="consent" value="yes" required /> You may answer me about this.</label></p>
        <p><button>{state === "busy" ? "Sending…" : "Send"}</button></p>
      </form>
    </main>
  );
}

createRoot(document.getElementById("app")).render(<StrictMode><Contact /></StrictMode>);
