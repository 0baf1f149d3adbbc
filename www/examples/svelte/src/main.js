import { mount } from "svelte";
import "fieldpost/form.css";
import Contact from "./Contact.svelte";

mount(Contact, { target: document.getElementById("app") });
