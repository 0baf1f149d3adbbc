import { attach } from "fieldpost/form";

attach(document.querySelector("form"));
