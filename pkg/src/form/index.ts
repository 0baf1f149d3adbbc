export { attach, type Attachment, type AttachOptions, type State } from "./attach.js";
export { texts } from "./texts.js";
